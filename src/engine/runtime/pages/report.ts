/** Everything that a report shows, from the store alone: nothing is computed by a network for it. */
import type { SiteErrors } from '../../../shared/layers';
import type { ReportChoice, ReportData, ReportRun } from '../../../shared/report';
import type { FlipCounts, FlipRow } from '../../../shared/images';
import type { Store, StoredRun } from '../store/store-types';
import { storedLayers } from './layers';
import { buildBoard } from '../results/board';
import { classNamesOf } from '../results/class-names';
import { compareRuns } from '../results/compare';
import { comparePair } from '../results/paired';
import type { PublishedTable } from '../results/published';
import { toRunRecord } from '../results/run-record';
import { storedRun } from '../results/stored-run';

/** Images of each kind: those that fell deepest, those that rose highest. */
const shownFlips = 12;

export interface ReportQuestion {
  /** Null: the data set of the newest run. */
  readonly datasetId: string | null;
  readonly runs: readonly ReportChoice[];
  readonly published: PublishedTable;
}

/** Throws EngineError 'not-found' for a run that is not in the workspace. */
export async function reportData(store: Store, { datasetId, runs, published }: ReportQuestion): Promise<Omit<ReportData, 'engine' | 'created'>> {
  const chosen: ReportRun[] = [];
  for (const choice of runs) chosen.push(await reportRun(store, choice));
  const pairs = runs.length < 2 ? [] : await compareRuns(store, runs.map(({ runId }) => runId));
  return { board: await buildBoard(store, datasetId ?? chosen[0]?.run.datasetId ?? null, published), runs: chosen, pairs, workspace: store.file };
}

async function reportRun(store: Store, { runId, againstId }: ReportChoice): Promise<ReportRun> {
  const run = await storedRun(store, runId);
  const against = againstId === null ? await floatOf(store, run) : await storedRun(store, againstId);
  const model = (await store.models()).find((candidate) => candidate.id === run.modelId);
  const record = (other: StoredRun): ReportRun['run'] => toRunRecord(other, other.modelId === run.modelId ? model?.name ?? run.modelId : other.modelId);
  const held = against === null || against.id === run.id ? null : against;
  const counts = await store.levelCounts(runId);
  return {
    run: record(run),
    against: held === null ? null : record(held),
    paired: held === null ? null : await comparePair(store, run, held),
    errors: mostImages((await storedLayers({ store }, runId)).errors),
    levels: counts.map(({ block, heads, codes, counts: all }) => ({ block: model?.blocks[block]?.name ?? String(block), counts: overHeads(all, heads, codes) })),
    classNames: held === null ? [] : await classNamesOf(store, run),
    flips: held === null ? null : await flipsOf(store, run, held),
  };
}

/** The model's FP32 on the same list, else the newest on the data set: as the board chooses it. */
async function floatOf(store: Store, run: StoredRun): Promise<StoredRun | null> {
  const float = (await store.runs()).filter((other) => other.modelId === run.modelId && other.datasetId === run.datasetId && other.settings.arithmetic === 'fp32');
  return float.filter((other) => other.listId === run.listId).at(-1) ?? float.at(-1) ?? null;
}

function mostImages(answers: readonly SiteErrors[]): SiteErrors | null {
  return answers.reduce<SiteErrors | null>((best, answer) => (best === null || answer.images > best.images ? answer : best), null);
}

function overHeads(counts: Float64Array, heads: number, codes: number): number[] {
  return Array.from({ length: codes }, (_, code) => Array.from({ length: heads }, (_head, head) => counts[head * codes + code] ?? 0).reduce((sum, count) => sum + count, 0));
}

async function flipsOf(store: Store, run: StoredRun, baseline: StoredRun): Promise<{ counts: FlipCounts; lost: FlipRow[]; gained: FlipRow[] }> {
  const page = (filter: 'lost' | 'gained', sort: 'marginLoss' | 'marginAfter') => store.flips({ run, baseline, filter, sort, offset: 0, count: shownFlips, find: null });
  const lost = await page('lost', 'marginLoss');
  const gained = await page('gained', 'marginAfter');
  return { counts: lost.counts, lost: [...lost.rows], gained: [...gained.rows] };
}
