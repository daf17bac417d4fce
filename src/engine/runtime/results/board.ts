/** The matrix models x schemes on one data set: the newest run of each cell, against the model's FP32. */
import type { Board, BoardCell, DatasetRecord, ModelRecord, PairedResult } from '../../../shared/records';
import { storedNoiseSchema } from '../../../shared/noise';
import { someOverrides } from '../../../shared/overrides';
import type { PublishedFigure } from '../../../shared/published';
import { logSchemeIds, type SchemeId } from '../../../shared/settings';
import { answerKinds } from '../store/answer-kinds';
import type { Store, StoredRun } from '../store/store-types';
import { noiseOfCell, seedSpread } from './cell-spread';
import { schemeLadders } from './ladders';
import { adjustByHolm, comparePair } from './paired';
import { noFigure, nothingPublished, publishedFigure, type PublishedTable } from './published';
import { toRunRecord } from './run-record';

/**
 * The board of a data set (null: the one with the newest run, else the one added last).
 * `baseline`: the column that every other is held against, `none` for FP32.
 * Rows are the models that have a run on it or whose classes fit it; of files that changed, only the newest state and those with runs.
 */
export async function buildBoard(store: Store, datasetId: string | null, published: PublishedTable = nothingPublished, baseline: SchemeId = 'none'): Promise<Board> {
  const [models, datasets, runs] = await Promise.all([store.models(), store.datasets(), store.runs()]);
  const dataset = chooseDataset(datasets, runs, datasetId, await store.newestDataset());
  const here = runs.filter((run) => run.datasetId === dataset?.id);
  const rows = models.filter((model) => belongs(model, models, dataset, here));
  const cells: BoardCell[] = [];
  for (const model of rows) cells.push(...(await rowCells(store, model, here.filter((run) => run.modelId === model.id), publishedFor(dataset, published), baseline)));
  return { datasetId: dataset?.id ?? null, baseline, models: rows, columns: [...schemeLadders()], cells };
}

/** The cell that a run stands in, as the board shows it while the run goes on; null when a newer run has taken its place. */
export async function boardCell(store: Store, runId: string, published: PublishedTable = nothingPublished): Promise<BoardCell | null> {
  return (await boardCells(store, [runId], published)).get(runId) ?? null;
}

/** The cells of several runs; those of one model and data set cost as much as one. Left out are runs whose place a newer one has taken. */
export async function boardCells(store: Store, runIds: readonly string[], published: PublishedTable = nothingPublished): Promise<ReadonlyMap<string, BoardCell>> {
  const [models, datasets, runs] = await Promise.all([store.models(), store.datasets(), store.runs()]);
  const rows = new Map(runs.filter(({ id }) => runIds.includes(id)).map((run) => [`${run.modelId} ${run.datasetId}`, run]));
  const found = new Map<string, BoardCell>();
  for (const { modelId, datasetId } of rows.values()) {
    const model = models.find((candidate) => candidate.id === modelId);
    if (model === undefined) continue;
    const dataset = datasets.find((candidate) => candidate.id === datasetId) ?? null;
    const row = runs.filter((other) => other.modelId === modelId && other.datasetId === datasetId);
    for (const cell of await rowCells(store, model, row, publishedFor(dataset, published))) if (cell.run !== null && runIds.includes(cell.run.id)) found.set(cell.run.id, cell);
  }
  return found;
}

/** Cells of one model: FP32, then every scheme under each arithmetic that was used (reference where none was). */
export async function rowCells(store: Store, model: ModelRecord, runs: readonly StoredRun[], published: PublishedTable, baseline: SchemeId = 'none'): Promise<BoardCell[]> {
  const places: { readonly scheme: SchemeId; readonly arithmetic: string }[] = [
    { scheme: 'none', arithmetic: 'fp32' },
    ...arithmeticsOf(runs).flatMap((arithmetic) => schemesOf(runs, arithmetic).map((scheme) => ({ scheme, arithmetic }))),
  ];
  const cells = places.map((place) => ({ ...place, stored: newest(runs, (run) => run.settings.scheme === place.scheme && run.settings.arithmetic === place.arithmetic && isPlain(run)) }));
  const comparisons: (PairedResult | null)[] = [];
  for (const { stored, arithmetic } of cells) {
    const held = stored === null ? null : baseline === 'none' ? baselineOf(runs, stored) : columnOf(cells, baseline, arithmetic);
    comparisons.push(stored === null || held === null || held.id === stored.id || (baseline === 'none' && arithmetic === 'fp32') ? null : await comparePair(store, stored, held));
  }
  const adjusted = adjustByHolm(comparisons);
  const counterparts = await Promise.all(cells.map(async ({ stored }) => {
    const reference = stored === null ? null : counterpartOf(runs, stored);
    return stored === null || reference === null ? null : comparePair(store, stored, reference);
  }));
  const noise = await store.savedAnalysesOf(answerKinds.noise, storedNoiseSchema);
  return cells.map(({ scheme, arithmetic, stored }, i) => ({
    modelId: model.id, scheme, arithmetic,
    run: stored === null ? null : toRunRecord(stored, model.name),
    paired: adjusted[i] ?? null,
    counterpart: counterparts[i] ?? null,
    ...publishedOf(publishedApplies(stored, published) ? publishedFigure(published, model, scheme) : noFigure),
    seeds: stored === null ? null : seedSpread(runs, stored),
    noise: stored === null ? null : noiseOfCell(noise.get(stored.id) ?? []),
  }));
}

/** The model's FP32 on the same list of images; failing that, its newest FP32 on this data set (compared on what both have). */
function baselineOf(runs: readonly StoredRun[], run: StoredRun): StoredRun | null {
  const float = runs.filter((candidate) => candidate.settings.arithmetic === 'fp32');
  return newest(float, (candidate) => candidate.listId === run.listId) ?? newest(float, () => true);
}

/** The run of a column in the same arithmetic; for FP32 that of the first arithmetic there is. */
function columnOf(cells: readonly { readonly scheme: SchemeId; readonly arithmetic: string; readonly stored: StoredRun | null }[], scheme: SchemeId, arithmetic: string): StoredRun | null {
  const column = cells.filter((cell) => cell.scheme === scheme && cell.arithmetic !== 'fp32' && cell.stored !== null);
  return (arithmetic === 'fp32' ? column[0] : column.find((cell) => cell.arithmetic === arithmetic))?.stored ?? null;
}

/** For an integer run: the newest run of the same quantisers, calibrated alike, in reference arithmetic. */
function counterpartOf(runs: readonly StoredRun[], run: StoredRun): StoredRun | null {
  if (run.settings.arithmetic !== 'integer') return null;
  const wanted = quantisersOf(run);
  return newest(runs, (candidate) => candidate.settings.arithmetic === 'reference' && quantisersOf(candidate) === wanted);
}

/** Everything that decides the quantised network except its arithmetic, as one text. */
function quantisersOf({ settings }: StoredRun): string {
  const { scheme, wBits, aBits, calibrationImages, seed, preprocess, calibrationList, overrides } = settings;
  return JSON.stringify([scheme, wBits, aBits, calibrationImages, seed, preprocess, calibrationList, overrides ?? null]);
}

/** A run with exceptions is no figure of its scheme: it stands beside the board, among the further runs of its model. */
function isPlain({ settings }: StoredRun): boolean {
  return someOverrides(settings.overrides) === undefined;
}

/** Runs come oldest first. */
function newest(runs: readonly StoredRun[], wanted: (run: StoredRun) => boolean): StoredRun | null {
  return runs.filter(wanted).at(-1) ?? null;
}

function chooseDataset(datasets: readonly DatasetRecord[], runs: readonly StoredRun[], wanted: string | null, newest: DatasetRecord | null): DatasetRecord | null {
  if (wanted !== null) return datasets.find((dataset) => dataset.id === wanted) ?? null;
  const last = runs.at(-1);
  return datasets.find((dataset) => dataset.id === last?.datasetId) ?? newest;
}

function belongs(model: ModelRecord, models: readonly ModelRecord[], dataset: DatasetRecord | null, runs: readonly StoredRun[]): boolean {
  if (runs.some((run) => run.modelId === model.id)) return true;
  // `models` has the newest state of a file first.
  if (models.find((other) => other.file === model.file)?.id !== model.id) return false;
  return dataset === null || model.classes === (dataset.labelSet === 'imagenet-1k' ? 1000 : dataset.classes.length);
}

function arithmeticsOf(runs: readonly StoredRun[]): readonly string[] {
  const used = ['reference', 'integer'].filter((arithmetic) => runs.some((run) => run.settings.arithmetic === arithmetic));
  return used.length === 0 ? ['reference'] : used;
}

/** The six schemes; `none` too where quantised weights were run with the attention map left alone. */
function schemesOf(runs: readonly StoredRun[], arithmetic: string): readonly SchemeId[] {
  const isolated = runs.some((run) => run.settings.arithmetic === arithmetic && run.settings.scheme === 'none');
  return isolated ? ['none', ...logSchemeIds] : logSchemeIds;
}

/** The published figures are of ImageNet. */
function publishedFor(dataset: DatasetRecord | null, published: PublishedTable): PublishedTable {
  return dataset === null || dataset.labelSet === 'imagenet-1k' ? published : nothingPublished;
}

function publishedOf({ page, as, log }: PublishedFigure): Pick<BoardCell, 'published' | 'publishedAs' | 'publishedLog'> {
  return { published: page, publishedAs: as, publishedLog: log };
}

/** And of one choice of bits: beside a run with others they would mislead. */
function publishedApplies(run: StoredRun | null, { wBits, aBits }: PublishedTable): boolean {
  if (run === null || run.settings.arithmetic === 'fp32') return true;
  return run.settings.wBits === wBits && run.settings.aBits === aBits;
}
