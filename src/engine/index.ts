/** The only door to the engine. Works in any Node process: the app's engine process, the command line, the benches, the tests. */
import { checkParams } from '../shared/check';
import { EngineError, fail, toFailure } from '../shared/failure';
import type { CallOptions, EngineClient, EngineMethod, ParamsOf, ResultOf } from '../shared/engine-contract';
import { runParity, type ParityOptions } from './runtime/parity/run-parity';
import type { ParityResult } from '../shared/parity';
import { computeLogits } from './runtime/runs/logits';
import type { EngineOptions } from './runtime/engine-options';
import { sampleFiles } from './runtime/library/sample-files';
import { Service } from './runtime/service';
import { serve, type EnginePort } from './runtime/serve';
import type { TrialProcess } from './runtime/untrusted/try-model';

export { stuckWords, usualLimits } from './runtime/workers/life-watch';
export { nodeTrial } from './runtime/untrusted/try-model';
export type { EngineOptions, EnginePort, ParityOptions, TrialProcess };

export interface Engine extends EngineClient {
  /** Re-runs a recorded reference experiment and compares (docs: parity). */
  parity(options: ParityOptions): Promise<ParityResult>;
  /** FP32 logits of raw inputs: float32 [n, channels, height, width] -> [n][classes]. */
  logits(modelFile: string, inputs: Float32Array): Promise<number[][]>;
  /** Files of the embedded sample project. */
  sample(): { models: string[]; dataset: string };
  /** The machine goes to sleep, or is awake again: nothing is begun in between, and no rate counts it. */
  setAsleep(asleep: boolean): void;
  /** Stops what runs, keeps what is finished, ends the threads, closes the workspace. */
  close(): Promise<void>;
}

/** Creates an engine. Nothing is loaded before the first call that needs it. */
export function createEngine(options: EngineOptions): Engine {
  const service = new Service(options);
  return {
    call: (method, params, callOptions) => callService(service, method, params, callOptions ?? {}),
    parity: async (parityOptions) => runParity(await service.pool(), parityOptions),
    logits: async (modelFile, inputs) => computeLogits(await service.pool(), await service.loadModel(modelFile), inputs),
    sample: () => sampleFiles(options.resourcesPath),
    setAsleep: (asleep) => service.setAsleep(asleep),
    close: () => service.close(),
  };
}

/** Serves the contract on a port until the port closes. Calls and replies are validated. */
export function serveEngine(engine: Pick<Engine, 'call'>, port: EnginePort): void {
  serve(engine, port);
}

async function callService<M extends EngineMethod>(service: Service, method: M, params: ParamsOf<M>, options: CallOptions<M>): Promise<ResultOf<M>> {
  const checked = checkParams(method, params);
  if (checked.kind === 'invalid') throw fail('settings', `The call ${method} is not valid: ${checked.problem}`, { place: checked.place ?? method });
  // The handler table is typed by method; TypeScript cannot follow the correlation through an index.
  const handler = service.handlers[method] as (params: ParamsOf<M>, options: CallOptions<M>) => Promise<ResultOf<M>>;
  try {
    return await handler(checked.value, options);
  } catch (error) {
    throw error instanceof EngineError ? error : new EngineError(toFailure(error));
  }
}
