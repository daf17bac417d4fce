/** How a run's attention maps fill the levels of all six schemes: measured on a sample of its images, stored, and answered with what the run counted itself. */
import { at } from '../../../shared/at';
import { fail } from '../../../shared/failure';
import type { AnalysisProgress } from '../../../shared/analysis';
import { measuredLevelsSchema, type LevelBlock, type LevelGrid, type Levels, type LevelSource, type MeasuredLevels } from '../../../shared/levels';
import type { SchemeId } from '../../../shared/settings';
import { floatFromBits } from '../../core/kernels/float-bits';
import type { NetworkParameters } from '../../core/graph/parameters';
import type { ModelStructure } from '../../core/graph/types';
import { codeErrors, codeSums, powerOf } from '../../core/metrics/code-sums';
import { binThresholds } from '../../core/metrics/density-bins';
import { stepsOf } from '../../core/metrics/interval-sums';
import { levelNames } from '../../core/quantizers/level-names';
import type { KnownModel } from '../library/model-library';
import type { MapSums } from '../evaluate/map-sums';
import { storedRun } from '../results/stored-run';
import { cellRequirement } from '../runs/evaluation-job';
import { cellKey, floatCell } from '../runs/keys';
import { isFloat } from '../runs/plan';
import { answerKinds } from '../store/answer-kinds';
import type { Store, StoredRun } from '../store/store-types';
import type { Requirement } from '../workers/pool';
import type { BatchSpec } from '../workers/protocol';
import type { StopFlag } from '../workers/stop-flag';
import { addPart, measureLevels, needsSearch, tableOf, type BlockSums, type MeasuredGrid, type Pass } from './levels-measure';
import { batchGroups, headSize, planLevels, productWithV, siblingRuns, wholeSchemes, type Calibrated } from './levels-plan';
import type { RunSources } from './run-sources';
import { imagesOf, sampleSpecs } from './sample';

/** Images of one task: a stop is noticed within it, and other questions get their turn between two. */
const taskImages = 4;

interface Question {
  readonly runId: string;
  /** A class-balanced sample of so many, rounded up to whole batches of the run. */
  readonly images: number;
  readonly source: LevelSource;
}

export interface LevelsQuestion extends Question {
  readonly stop: StopFlag;
  readonly onProgress: (progress: AnalysisProgress) => void;
}

/** Throws 'not-found' for a run that is not there or, with source `run`, not calibrated; 'image-skipped' when no image can be read; 'model-values' for maps that hold no numbers. */
export async function levelsOfRun(sources: RunSources, options: LevelsQuestion): Promise<Levels> {
  const { store } = sources;
  const run = await storedRun(store, options.runId);
  const model = await sources.model(run);
  const own = await calibratedRun(store, run);
  if (options.source === 'run' && own === null && !isFloat(run.settings)) throw fail('not-found', 'This run is not calibrated yet', { place: run.id, next: 'Continue the run first' });
  const siblings = await calibratedSiblings(store, run);
  const { structure } = model.shared;
  const plan = planLevels(structure, run.settings, own, siblings);
  const specs = await sampleSpecs(sources, run, options.images);
  const images = imagesOf(specs);
  // A new sibling brings its deltas, so it makes another question.
  const source: LevelSource = isFloat(run.settings) ? 'run' : options.source;
  const question = { source, images, siblings: plan.schemes.map(({ sibling }) => sibling) };
  const stored = await store.savedAnalysis(run.id, answerKinds.levels, question, measuredLevelsSchema);
  if (stored !== null) return withRunCounts(store, run, structure, stored);
  const pass = await mapsPass(sources, run, model, own, { ...options, specs, total: images * (needsSearch(plan) ? 2 : 1) });
  const measured = await measureLevels(plan, images, pass);
  if (measured.images === 0) throw fail('image-skipped', 'None of these images can be read', { place: `a sample of ${images} images of the run`, next: 'Put the pictures back where they were' });
  const result: MeasuredLevels = {
    runId: run.id, source, images: measured.images, skipped: measured.skipped,
    blocks: structure.blocks.map((block) => blockRecord(structure, block.index, measured.images, at(measured.blocks, block.index))),
    schemes: plan.schemes.map(({ scheme, sibling }, index) => ({ scheme: scheme.id, sibling, grids: at(measured.grids, index).map(gridRecord) })),
  };
  await store.saveAnalysis(run.id, answerKinds.levels, question, result);
  return withRunCounts(store, run, structure, result);
}

/** What the run has counted so far is not stored with the answer: a run may go on. */
async function withRunCounts(store: Store, run: StoredRun, structure: ModelStructure, measured: MeasuredLevels): Promise<Levels> {
  const counted = isFloat(run.settings) ? [] : await store.levelCounts(run.id);
  if (counted.length === 0) return { ...measured, run: null };
  const schemes = wholeSchemes(structure, run.settings);
  const blocks = structure.blocks.map(({ index }) => {
    const scheme = schemes[index] ?? null;
    const found = counted.find(({ block }) => block === index);
    return scheme === null || found === undefined ? null : { scheme, codes: found.codes, counts: [...found.counts] };
  });
  return { ...measured, run: { images: run.images, blocks } };
}

async function calibratedRun(store: Store, run: StoredRun): Promise<Calibrated | null> {
  if (isFloat(run.settings)) return null;
  const calibration = await store.calibration(run.id);
  return calibration === null ? null : { id: run.id, settings: run.settings, parameters: JSON.parse(calibration.state) as NetworkParameters };
}

/** The newest calibrated sibling of each scheme. */
async function calibratedSiblings(store: Store, run: StoredRun): Promise<Map<SchemeId, Calibrated>> {
  const found = new Map<SchemeId, Calibrated>();
  if (isFloat(run.settings)) return found;
  for (const sibling of siblingRuns(run, await store.runs())) {
    if (found.has(sibling.settings.scheme)) continue;
    const calibrated = await calibratedRun(store, sibling);
    if (calibrated !== null) found.set(sibling.settings.scheme, calibrated);
  }
  return found;
}

interface PassOptions extends Pick<LevelsQuestion, 'source' | 'stop' | 'onProgress'> {
  readonly specs: readonly BatchSpec[];
  /** Images of all passes together. */
  readonly total: number;
}

/** A pass over the sample: groups of a few images, added up in order. */
async function mapsPass(sources: RunSources, run: StoredRun, model: KnownModel, own: Calibrated | null, { source, stop, onProgress, specs, total }: PassOptions): Promise<Pass> {
  const { settings } = run;
  const groups = batchGroups(specs, settings.batch, taskImages);
  const network = source === 'fp32' || isFloat(settings) ? floatRequirement(model, settings.batch) : cellRequirement(model, cellKey(model.record.hash, run.id, settings), settings, own?.parameters ?? null);
  const needs = [model.requirement, network];
  let done = 0;
  return async (thresholds, tails) => {
    const pool = await sources.pool();
    const start = async (batches: readonly BatchSpec[]): Promise<MapSums> => {
      const part = await pool.run<'map-sums'>({ kind: 'map-sums', cell: network.key, batches, preprocess: settings.preprocess, thresholds, tails }, { needs, stop, urgent: true });
      onProgress({ kind: 'progress', done: (done += part.images + part.skipped), total });
      return part;
    };
    let sum: MapSums | null = null;
    for await (const part of inOrder(groups, start, pool.size)) sum = addPart(sum, part, tails);
    if (sum === null) throw new Error('a run without images');
    return sum;
  };
}

/** The results of `start` in the order of the items, `ahead` of them on their way at once. */
async function* inOrder<I, T>(items: readonly I[], start: (item: I) => Promise<T>, ahead: number): AsyncGenerator<T> {
  const running: Promise<T>[] = [];
  const next = (): Promise<T> => running.shift() ?? Promise.reject(new Error('nothing is on its way'));
  try {
    for (const item of items) {
      const started = start(item);
      // It is waited for later.
      started.catch(() => undefined);
      running.push(started);
      if (running.length >= ahead) yield await next();
    }
    while (running.length > 0) yield await next();
  } finally {
    // When one has failed, none of the others goes on behind the end of the question.
    await Promise.allSettled(running);
  }
}

function floatRequirement(model: KnownModel, batch: number): Requirement {
  const key = floatCell(model.record.hash, batch);
  return { key, task: { kind: 'load-cell', cell: key, model: model.record.hash, batch, network: { kind: 'float' } } };
}

function blockRecord(structure: ModelStructure, index: number, images: number, { partition, sums }: BlockSums): LevelBlock {
  const block = at(structure.blocks, index);
  const bins = binThresholds();
  const binOf = stepsOf(partition, bins);
  const heads = Array.from({ length: block.heads }, (_, head) => head);
  return {
    name: block.name, site: productWithV(structure, index).name, heads: block.heads, tokens: block.tokens, windows: block.windows?.count ?? 1,
    elements: images * headSize(block), signal: heads.map((head) => powerOf(partition, sums, head)),
    density: heads.flatMap((head) => [...codeSums(partition, binOf, bins.length + 1, sums, head).counts]),
  };
}

function gridRecord({ plan, delta, source, partition, sums }: MeasuredGrid): LevelGrid {
  const { thresholds, levels } = tableOf(plan, delta);
  const codeOf = stepsOf(partition, thresholds);
  const heads = Array.from({ length: plan.block.heads }, (_, head) => head);
  return {
    delta, source, levels: [...levels], names: levelNames(plan.scheme, delta, levels),
    thresholds: [...thresholds].filter((bits) => bits < 0x7f800000).map(floatFromBits),
    counts: heads.flatMap((head) => [...codeSums(partition, codeOf, levels.length, sums, head).counts]),
    errors: heads.flatMap((head) => [...codeErrors(partition, codeOf, levels, sums, head)]),
  };
}
