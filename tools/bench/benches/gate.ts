/**
 * `gate.MODEL`: the FP32 gate of a model with two workers, from JPEG files to the report: 200 pictures as they stand, and 48 under each other
 * preprocessing. The model is imported before the clock starts; its sessions are loaded within. The weights are random, so the gate finds a fault,
 * after as many passes as on a right set-up.
 */
import { join } from 'node:path';
import { createEngine } from '../../../src/engine';
import { jpegFiles } from '../jpeg-pictures';
import { layOut } from '../pictures';
import type { Bench, Row } from '../row';
import { summarise } from '../statistics';

const name = 'deit_small';
const id = `gate.${name}`;
const images = 400;
const different = 12;

export const gateBench: Bench = {
  ids: [id],
  usual: [id],
  async run(context): Promise<Row[]> {
    const dataset = join(context.folder, 'gate-jpeg');
    layOut(dataset, jpegFiles(different), 'jpg', { count: images, calibration: 4 });
    const model = context.models.file(name);
    const engine = createEngine({ workerPath: context.worker, resourcesPath: context.resources, defaultWorkspace: join(context.folder, 'gate.bitlog2'), version: 'bench', workers: 2 });
    const seconds: number[] = [];
    const passes: number[] = [];
    try {
      await engine.call('model.add', { file: model });
      for (let round = 0; round < context.rounds(3); round++) {
        const start = context.now();
        const report = await engine.call('gate.check', { model, dataset, preprocess: 'deit', seed: round, again: true });
        seconds.push((context.now() - start) / 1000);
        passes.push(report.passes);
      }
    } finally {
      await engine.close();
    }
    return [{ id, figures: { seconds: summarise(seconds), passes: summarise(passes), passes_per_second: summarise(passes.map((count, round) => count / (seconds[round] ?? NaN))) } }];
  },
};
