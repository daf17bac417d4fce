/** The FP32 gate in front of quantised evaluations. */
import { resolve } from 'node:path';
import { checkGate } from '../gate/check';
import { loadDataset } from '../library/dataset-library';
import type { Desk, HandlersOf } from './desk';

export function gateHandlers(desk: Desk): HandlersOf<'gate'> {
  return {
    'gate.check': (question, options) => desk.ask(options, async (stop, emit) => {
      const parts = { store: await desk.store(), model: await desk.loadModel(question.model), published: desk.published(), resourcesPath: desk.options.resourcesPath };
      return checkGate({ ...parts, pool: () => desk.currentPool(), stop, emit }, question);
    }),
    'gate.picture': async ({ model: file, dataset, labels, file: picture, preprocess }) => {
      const model = await desk.loadModel(file);
      const { path } = await loadDataset(resolve(dataset), { labels });
      const pool = await desk.currentPool();
      return pool.run<'picture'>({ kind: 'picture', file: path(picture), preprocess, model: model.record.hash }, { needs: [model.requirement], urgent: true });
    },
  };
}
