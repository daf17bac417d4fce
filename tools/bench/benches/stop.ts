/**
 * `stop.MODEL`: from *Stop* until the engine has stored what was finished and answers, for an evaluation in integer arithmetic with two workers.
 * Each try starts anew, so that import, calibration, the proof of the integer products and evaluation are all hit; where exactly is drawn for each try.
 */
import { join } from 'node:path';
import { createEngine, type Engine } from '../../../src/engine';
import type { EvaluationSpec } from '../../../src/shared/settings';
import type { Stage } from '../../../src/shared/evaluation';
import { specOf } from '../child-task';
import { drawDataset } from '../pictures';
import type { Bench, Row } from '../row';
import { summarise } from '../statistics';

const name = 'deit_base';
const id = `stop.${name}`;
/** Stopped so long after a stage was first heard of: a step of this model takes a few hundred milliseconds, so that different parts of it are hit. */
const points: readonly { readonly stage: Stage; readonly after: number }[] = [
  { stage: 'importing', after: 100 }, { stage: 'importing', after: 700 },
  { stage: 'calibrating', after: 0 }, { stage: 'calibrating', after: 900 }, { stage: 'calibrating', after: 2600 },
  { stage: 'evaluating', after: 0 }, { stage: 'evaluating', after: 250 }, { stage: 'evaluating', after: 1100 }, { stage: 'evaluating', after: 3700 },
];

/** Milliseconds from the stop to the answer; null when the run ended before. */
async function stopAt(engine: Engine, spec: EvaluationSpec, point: (typeof points)[number], now: () => number): Promise<number | null> {
  const stop = new AbortController();
  let asked: number | null = null;
  let heard = false;
  let timer: NodeJS.Timeout | undefined;
  try {
    await engine.call('evaluation.run', spec, { signal: stop.signal, onEvent: (event) => {
      if (heard || event.kind !== 'progress' || event.progress.stage !== point.stage) return;
      heard = true;
      timer = setTimeout(() => {
        asked = now();
        stop.abort();
      }, point.after);
    } });
  } finally {
    clearTimeout(timer);
  }
  return asked === null ? null : now() - asked;
}

export const stopBench: Bench = {
  ids: [id],
  usual: [],
  async run(context): Promise<Row[]> {
    const modelFile = context.models.file(name);
    const dataset = join(context.folder, 'stop-pictures');
    drawDataset(dataset, { side: 256, count: 64, calibration: 32 });
    const took = new Map<Stage, number[]>();
    for (let round = 0; round < context.rounds(3); round++) {
      for (const [index, point] of points.entries()) {
        const workspace = join(context.folder, `stop-${round}-${index}.bitlog2`);
        const engine = createEngine({ workerPath: context.worker, resourcesPath: context.resources, defaultWorkspace: workspace, version: 'bench', workers: 2 });
        try {
          const spec = specOf({ modelFile, dataset, schemes: ['BitLog2_Half_17'], withFp32: false, arithmetic: 'integer', calibrationImages: 8, batch: 1, workers: 2 });
          const milliseconds = await stopAt(engine, spec, point, context.now);
          if (milliseconds === null) throw new Error(`stop: the run ended before ${point.after} ms of ${point.stage}`);
          context.say(`  ${point.stage} + ${point.after} ms: ${milliseconds.toFixed(0)} ms`);
          took.set(point.stage, [...(took.get(point.stage) ?? []), milliseconds]);
        } finally {
          await engine.close();
        }
      }
    }
    return [{
      id,
      figures: {
        slowest_milliseconds: summarise([Math.max(...[...took.values()].flat())]),
        ...Object.fromEntries([...took].map(([stage, values]) => [`${stage}_milliseconds`, summarise(values)])),
      },
    }];
  },
};
