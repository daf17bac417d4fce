/** A workspace as long as one gets, for the window's measurements: seven models under everything that two were run with, each on 50,000 pictures. */
import { at } from '../../src/shared/at';
import type { ModelRecord } from '../../src/shared/records';
import { openStore } from '../../src/engine/runtime/store/open-store';
import type { BatchCommit, PredictionRow, Store, StoredRun } from '../../src/engine/runtime/store/store-types';

/** `bench.js --lengthen-workspace FILE`: FILE holds finished runs of whole models on a few pictures; what they say is repeated. */
export const lengthenFlag = '--lengthen-workspace';

const pictures = 50_000;
const models = 7;
const batch = 250;
/** Commits in one transaction. */
const together = 20;

interface LongRun {
  readonly id: string;
  readonly predictions: readonly PredictionRow[];
}

/** @throws {Error} for a workspace without a finished run */
export async function lengthenWorkspace(file: string): Promise<void> {
  const store = await openStore(file);
  try {
    const runs = (await store.runs()).filter(({ state, images }) => state === 'done' && images > 0);
    const [first] = runs;
    if (first === undefined) throw new Error(`${file} has no finished run`);
    const { files, labels } = await store.listedImages(first.listId);
    const short = files.length;
    // The same picture under a name of its own: "./a.png", "././a.png", ...
    const listId = await store.imageList(Array.from({ length: pictures }, (_, i) => `${'./'.repeat(1 + Math.floor(i / short))}${at(files, i % short)}`), Int32Array.from({ length: pictures }, (_, i) => labels[i % short] ?? 0));
    const known = (await store.models()).filter(({ id }) => runs.some((run) => run.modelId === id));
    const made: LongRun[] = [];
    for (let number = 0; number < models; number++) {
      const source = at(known, number % known.length);
      const model = number < known.length ? source : twin(source, number);
      await store.upsertModel(model);
      for (const run of runs.filter(({ modelId }) => modelId === source.id)) made.push(await createLong(store, run, model, listId));
    }
    await commitAll(store, made, short);
    for (const { id } of made) await store.setRunState(id, 'done');
  } finally {
    await store.close();
  }
}

function twin(model: ModelRecord, number: number): ModelRecord {
  return { ...model, id: `${model.id}-${number}`, hash: `${model.hash}-${number}`, name: `${model.name}_${number}`, file: `${model.file}.${number}` };
}

async function createLong(store: Store, run: StoredRun, model: ModelRecord, listId: string): Promise<LongRun> {
  const id = `long-${model.id}-${run.id}`;
  const { predictions } = await store.predictions(run.id, 0, run.images);
  await store.createRun({ id, modelId: model.id, datasetId: run.datasetId, settings: { ...run.settings, batch }, listId, total: pictures, created: new Date().toISOString(), environment: run.environment });
  return { id, predictions };
}

async function commitAll(store: Store, runs: readonly LongRun[], short: number): Promise<void> {
  const commit = (number: number): BatchCommit => ({
    batch: number, skipped: [],
    cells: runs.map(({ id, predictions }) => ({ runId: id, levelCounts: [], predictions: Array.from({ length: batch }, (_, i) => ({ ...at(predictions, (number * batch + i) % short), index: number * batch + i })) })),
  });
  const count = pictures / batch;
  for (let from = 0; from < count; from += together) await store.commitBatches(Array.from({ length: Math.min(together, count - from) }, (_, i) => commit(from + i)));
}
