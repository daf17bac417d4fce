/** `workers.2`: images per second of whole evaluations, files to stored predictions, with two workers and with one. Calibration is left out. */
import { join } from 'node:path';
import { createEngine, type Engine } from '../../../src/engine';
import type { EvaluationSpec } from '../../../src/shared/settings';
import { specOf } from '../child-task';
import type { Bench, Row } from '../row';
import { ratios, summarise } from '../statistics';

const id = 'workers.2';
const images = 320;
/** The clock starts when a quarter is stored: by then every worker has loaded its network. */
const settled = images / 4;

export const workersBench: Bench = {
  ids: [id],
  usual: [id],
  async run(context): Promise<Row[]> {
    const dataset = context.dataset('large', images);
    const modelFile = context.models.file('deit_tiny');
    const engines = new Map<number, Engine>();
    const rates = new Map<number, number[]>([[1, []], [2, []]]);
    for (const workers of rates.keys()) {
      engines.set(workers, createEngine({ workerPath: context.worker, resourcesPath: context.resources, defaultWorkspace: join(context.folder, `workers-${workers}.bitlog2`), version: 'bench', workers }));
    }
    try {
      for (let round = 0; round < context.rounds(3); round++) {
        for (const [workers, engine] of engines) rates.get(workers)?.push((await rateOf(engine, specFor(modelFile, dataset, workers), settled, context.now)).perSecond);
      }
    } finally {
      for (const engine of engines.values()) await engine.close();
    }
    const [one, two] = [rates.get(1) ?? [], rates.get(2) ?? []];
    return [{ id, figures: { ratio_to_one: summarise(ratios(two, one)), images_per_second: summarise(two), one_images_per_second: summarise(one) } }];
  },
};

const specFor = (modelFile: string, dataset: string, workers: number): EvaluationSpec =>
  specOf({ modelFile, dataset, schemes: ['BitLog2_Half_17'], withFp32: false, arithmetic: 'reference', calibrationImages: 2, batch: 1, workers });

export interface Rate {
  readonly perSecond: number;
  /** Images per second of processor time of all threads together: what other programs take does not count. */
  readonly perProcessorSecond: number;
}

/** Images per second of an evaluation from the `settled`-th to the last image stored, the wait for the slower worker included. */
export async function rateOf(engine: Engine, spec: EvaluationSpec, settled: number, now: () => number): Promise<Rate> {
  const seen: { done: number; time: number; processor: number }[] = [];
  await engine.call('evaluation.run', spec, {
    onEvent: (event) => {
      if (event.kind !== 'progress' || event.progress.stage !== 'evaluating' || event.progress.done < settled) return;
      const { user, system } = process.cpuUsage();
      seen.push({ done: event.progress.done, time: now(), processor: (user + system) / 1000 });
    },
  });
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined || last.done <= first.done) throw new Error('the evaluation told no progress');
  const images = last.done - first.done;
  return { perSecond: (images / (last.time - first.time)) * 1000, perProcessorSecond: (images / (last.processor - first.processor)) * 1000 };
}
