/** The seven models of the table: which are there, and getting one; how models want their pictures. */
import { dirname, join } from 'node:path';
import { hubHosts } from '../downloads/allowed-hosts';
import { getModel, knownModels } from '../library/known-models';
import { modelFacts } from '../library/model-facts';
import { choosePreprocess } from '../runs/plan';
import type { Desk, HandlersOf } from './desk';

export function modelHandlers(desk: Desk): HandlersOf<'models'> {
  const { hub, resourcesPath, version } = desk.options;
  const facts = (): ReturnType<typeof modelFacts> => modelFacts(resourcesPath, hub?.url);
  /** Where a workspace looks for models by name: `models` beside its file. */
  const folder = async (): Promise<string> => join(dirname((await desk.store()).file), 'models');
  return {
    'models.known': async ({ hashes }) => knownModels(facts(), await folder(), hashes),
    'models.preprocess': async ({ files, preprocess }) => {
      const models = await Promise.all(files.map(async (file) => ({ file, known: await desk.loadModel(file) })));
      return { models: models.map(({ file, known: { record, shared } }) => ({ file, name: record.name, input: record.inputSize, ...choosePreprocess(preprocess, record.name, shared.structure, shared.metadata) })) };
    },
    'models.get': (wanted, options) => desk.ask(options, async (stop, emit) => {
      const around = { hosts: hub?.hosts ?? hubHosts, ca: hub?.ca, variables: process.env, agent: `bitlog2/${version}` };
      return getModel(facts(), await folder(), wanted, around, { signal: stop.signal(), onProgress: (done, total) => emit({ kind: 'progress', done, total }) });
    }),
  };
}
