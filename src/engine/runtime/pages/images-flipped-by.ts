/** Which of a run's flipped images one head flipped: those whose answer is the baseline's again when this head's map alone is left unquantised. */
import { at } from '../../../shared/at';
import type { AnalysisProgress } from '../../../shared/analysis';
import { EngineError } from '../../../shared/failure';
import { flippedBySchema, type FlippedBy, type FlippedImage, type FlipRow } from '../../../shared/images';
import { storedRun } from '../results/stored-run';
import { answerKinds } from '../store/answer-kinds';
import type { Store, StoredRun } from '../store/store-types';
import type { StopFlag } from '../workers/stop-flag';
import { feedAll, imagesCell, requireHead, runBatch } from './images-cell';
import type { RunSources } from './run-sources';


export interface FlippedByOptions {
  readonly runId: string;
  readonly baselineId: string;
  readonly block: number;
  readonly head: number;
  /** Most flipped images asked about, spread evenly over the run's list (whose order is that of the classes). */
  readonly limit: number;
  readonly stop: StopFlag;
  readonly onProgress: (progress: AnalysisProgress) => void;
}

/** Stored when it is done; stopped, it answers with the images so far. */
export async function flippedBy(sources: RunSources, { runId, baselineId, block, head, limit, stop, onProgress }: FlippedByOptions): Promise<FlippedBy> {
  const { store } = sources;
  const run = await storedRun(store, runId);
  const baseline = await storedRun(store, baselineId);
  const cell = await imagesCell(sources, run);
  requireHead(cell, block, head);
  const all = await flippedRows(store, run, baseline);
  const chosen = spread(all, limit);
  // A run or a baseline that went on has other flipped images.
  const question = { baselineId, block, head, limit, images: [run.images, baseline.images] };
  const known = await store.savedAnalysis(runId, answerKinds.flippedBy, question, flippedBySchema);
  if (known !== null) return known;
  const found = new Map<number, FlippedImage>();
  const answer = (state: FlippedBy['state']): FlippedBy => {
    const images = chosen.flatMap(({ index }) => found.get(index) ?? []);
    return { runId, baselineId, block, head, state, flipped: all.length, tested: images.length, images };
  };
  const listed = await store.listedImages(run.listId);
  const pool = await sources.pool();
  let done = 0;
  try {
    await feedAll(batchesOf(run, chosen), pool.size, async ({ batch, rows }) => {
      stop.poll();
      const images = rows.map((row) => ({ position: row.index - batch * run.settings.batch, answer: answerBefore(row) }));
      const result = await readable(pool.run<'bypass'>({
        kind: 'bypass', cell: cell.cell, batch: await runBatch(sources, run, listed, batch), preprocess: run.settings.preprocess,
        images, branches: [{ block, heads: [head] }], everyMap: false,
      }, { needs: cell.needs, stop }));
      for (const [place, row] of rows.entries()) {
        const image = result?.images[place];
        if (image !== undefined) found.set(row.index, flippedImage(row, image.base, at(image.branches, 0)));
      }
      done += rows.length;
      onProgress({ kind: 'progress', done, total: chosen.length });
    });
  } catch (error) {
    if (error instanceof EngineError && error.failure.kind === 'stopped') return answer('stopped');
    throw error;
  }
  const result = answer('done');
  await store.saveAnalysis(runId, answerKinds.flippedBy, question, result);
  return result;
}

/** Null where a picture is gone: an image that cannot be read any more is not asked about, and the others of its batch are not what they were. */
async function readable<T>(work: Promise<T>): Promise<T | null> {
  return work.catch((error: unknown) => {
    if (error instanceof EngineError && error.failure.kind === 'image-skipped') return null;
    throw error;
  });
}

function flippedImage(row: FlipRow, base: FlippedImage['base'], outcome: FlippedImage['outcome']): FlippedImage {
  const answer = answerBefore(row);
  return { row, base, outcome, restored: base.top5[0] !== answer && outcome.top5[0] === answer };
}

/** What the baseline says. */
function answerBefore({ baseline, label }: FlipRow): number {
  return baseline?.top5[0] ?? label;
}

/** Lost, gained and changed images, in list order. */
async function flippedRows(store: Store, run: StoredRun, baseline: StoredRun): Promise<FlipRow[]> {
  const pages = await Promise.all((['lost', 'gained', 'changed'] as const).map((filter) => store.flips({ run, baseline, filter, sort: 'list', offset: 0, count: run.total, find: null })));
  return pages.flatMap(({ rows }) => rows).sort((a, b) => a.index - b.index);
}

/** At most `limit` of them, evenly. */
export function spread<T>(all: readonly T[], limit: number): T[] {
  const count = Math.min(all.length, limit);
  return Array.from({ length: count }, (_, place) => at(all, Math.floor((place * all.length) / count)));
}

function batchesOf({ settings }: StoredRun, rows: readonly FlipRow[]): { readonly batch: number; readonly rows: readonly FlipRow[] }[] {
  const batches = new Map<number, FlipRow[]>();
  for (const row of rows) {
    const batch = Math.floor(row.index / settings.batch);
    batches.set(batch, [...(batches.get(batch) ?? []), row]);
  }
  return [...batches].map(([batch, own]) => ({ batch, rows: own }));
}
