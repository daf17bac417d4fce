/** A `.safetensors` file, alone or in a Hugging Face folder, as a graph. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../../../shared/failure';
import { readConfig, readProcessor } from '../../core/builder/hugging-face-config';
import { graphFromWeights, type BuiltFromWeights } from '../../core/builder/weights-graph';
import { inputShape } from '../../core/graph/input-shape';
import { readSafetensors } from '../../core/safetensors/read-safetensors';

/** Read along with the weights: they decide the network too. */
export const configNames = ['config.json', 'preprocessor_config.json'] as const;

export function isWeightsFile(path: string): boolean {
  return path.toLowerCase().endsWith('.safetensors');
}

/** @throws EngineError 'model-unreadable' or 'model-unsupported' */
export function readWeightsFile(path: string): BuiltFromWeights {
  const tensors = readSafetensors(readBytes(path), (utf8) => new TextDecoder().decode(utf8), path);
  const [configFile, processorFile] = configNames.map((name) => join(dirname(path), name));
  const config = configFile !== undefined && existsSync(configFile) ? readConfig(readJson(configFile), configFile) : {};
  const built = graphFromWeights(tensors, config, path);
  if (processorFile === undefined || !existsSync(processorFile)) return built;
  const processor = readProcessor(readJson(processorFile), inputShape(built.graph).dims[2] ?? 0);
  if (processor === null) return { ...built, notes: [...built.notes, 'preprocessor_config.json does not say how pictures are prepared; the choice is made by the name or the structure'] };
  const { mean, std, cropPct, interpolation } = processor.preprocess;
  const metadata = new Map([...built.graph.metadata, ['bitlog2.preprocess', JSON.stringify({ mean, std, crop_pct: cropPct, interpolation })] as const]);
  return { graph: { ...built.graph, metadata }, notes: [...built.notes, ...processor.notes] };
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fail('model-unreadable', 'The weights file cannot be read', { file: path, place: error instanceof Error ? error.message : String(error), next: 'Check that the file exists and that you may read it; files above 2 GB are not supported' });
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw fail('model-unreadable', 'The file beside the weights is no JSON', { file, place: error instanceof Error ? error.message : String(error), expected: 'the config that was saved with the weights', next: 'Get the file again, or move the weights into a folder of their own' });
  }
}
