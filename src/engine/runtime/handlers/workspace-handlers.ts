/** The workspace itself: opening, models, data sets, recipes, taking out, exporting, reporting. */
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { assertNever } from '../../../shared/assert-never';
import { fail } from '../../../shared/failure';
import type { Naming } from '../../../shared/naming';
import type { ModelRecord } from '../../../shared/records';
import { inspection } from '../../core/graph/inspection';
import { sampleFiles } from '../library/sample-files';
import { onnxruntimeVersion } from '../ort/session';
import { previewDataset } from '../pages/dataset-preview';
import { reportData } from '../pages/report';
import { workspaceSummary } from '../results/results';
import { modelOverrides } from '../runs/model-overrides';
import type { Store } from '../store/store-types';
import type { Desk, HandlersOf } from './desk';

export function workspaceHandlers(desk: Desk): HandlersOf<'engine' | 'workspace' | 'model' | 'overrides' | 'recipe' | 'dataset' | 'sample' | 'report'> {
  const { options } = desk;
  return {
    'engine.info': () => Promise.resolve({
      version: options.version, onnxruntime: onnxruntimeVersion(), node: process.version, cores: cpus().length, memoryBytes: totalmem(), cpu: cpus()[0]?.model ?? 'unknown',
    }),
    'workspace.open': async ({ file }) => workspaceSummary(await desk.openWorkspace(file)),
    'workspace.summary': async () => workspaceSummary(await desk.store()),
    'workspace.remove': async (removal) => {
      desk.refuseWhileEvaluating();
      const store = await desk.store();
      await store.remove(removal);
      desk.forgetViews();
      return workspaceSummary(store);
    },
    'workspace.rename': async (naming) => {
      const store = await desk.store();
      if (!(await namedThings(store, naming.kind)).some(({ id }) => id === naming.id)) throw fail('not-found', `There is no such ${naming.kind === 'dataset' ? 'data set' : naming.kind} in this workspace`, { place: naming.id, next: 'Choose another' });
      await store.rename(naming);
      return workspaceSummary(store);
    },
    'workspace.export': async ({ table, format, file }) => ({ file: resolve(file), rows: await (await desk.store()).exportTable(table, format, resolve(file)) }),
    'model.add': ({ file }) => desk.addModel(file),
    'model.inspect': async ({ file, settings }) => {
      const { shared } = await desk.loadModel(file);
      return inspection(shared, settings);
    },
    'overrides.check': async ({ file, overrides, scheme = 'Sqrt2_17', wBits = 4, aBits = 4 }) => modelOverrides(await desk.loadModel(file), { scheme, wBits, aBits, overrides }),
    'recipe.save': async ({ name, recipe }) => {
      const saved = { name, recipe: { ...recipe, name } };
      await (await desk.store()).saveRecipe(name, saved.recipe);
      return saved;
    },
    'recipe.list': async () => ({ recipes: [...(await (await desk.store()).recipes())] }),
    'recipe.delete': async ({ name }) => {
      const store = await desk.store();
      if (!(await store.deleteRecipe(name))) throw fail('not-found', 'There is no such recipe in the workspace', { place: name, next: 'Choose another' });
      return { recipes: [...(await store.recipes())] };
    },
    'dataset.add': ({ root, labels }, options) => desk.ask(options, (stop, emit) => desk.addDataset(root, { labels, onFiles: (files) => emit({ files }), shouldStop: () => stop.raised })),
    'dataset.preview': (question, options) => desk.ask(options, (stop, emit) => previewDataset(() => desk.currentPool(), question, { onFiles: (files) => emit({ files }), shouldStop: () => stop.raised })),
    'sample.open': async () => {
      const { models, dataset } = sampleFiles(options.resourcesPath);
      const records: ModelRecord[] = [];
      for (const file of models) records.push(await desk.addModel(file));
      return { models: records, dataset: await desk.addDataset(dataset) };
    },
    'report.data': async ({ datasetId, runs }) => {
      const store = await desk.store();
      return { ...(await reportData(store, { datasetId, runs, published: desk.published() })), engine: options.version, created: new Date().toISOString() };
    },
  };
}

function namedThings(store: Store, kind: Naming['kind']): Promise<readonly { readonly id: string }[]> {
  switch (kind) {
    case 'run': return store.runs();
    case 'model': return store.models();
    case 'dataset': return store.datasets();
    default: return assertNever(kind, 'kind of what is named');
  }
}
