/** ONNX Runtime's error messages as failures that name node and operator. */
import { fail, type EngineError } from '../../../shared/failure';

export function ortFailure(error: unknown): EngineError {
  const message = error instanceof Error ? error.message : String(error);
  return fail('model-unsupported', 'ONNX Runtime cannot load the model', { place: message });
}
