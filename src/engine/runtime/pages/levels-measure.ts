/**
 * Passes over the maps. The first one gives the density, the codes of every scheme whose codes are known beforehand (those of BitLog2 do
 * not depend on delta) and the largest values; only where a delta of log sqrt2 must be searched is there a second, with the candidates
 * that those values leave.
 */
import { at } from '../../../shared/at';
import { interpolate, planQuantiles } from '../../core/kernels/quantiles';
import { buildLevelTable } from '../../core/kernels/level-table';
import { codeErrors, codeSums } from '../../core/metrics/code-sums';
import { binThresholds } from '../../core/metrics/density-bins';
import { createPartition, mergeSums, stepsOf, type IntervalSums, type Partition } from '../../core/metrics/interval-sums';
import { fail } from '../../../shared/failure';
import type { DeltaSource } from '../../../shared/levels';
import type { MapSums } from '../evaluate/map-sums';
import { gridsOfBlock, headSize, productWithV, type GridPlan, type LevelsPlan } from './levels-plan';

/** One pass: by block what bounds the intervals, and how many of the largest values are kept. */
export type Pass = (thresholds: readonly Int32Array[], tails: readonly number[]) => Promise<MapSums>;

/** Sums of one block, with what they mean. */
export interface BlockSums {
  readonly partition: Partition;
  readonly sums: IntervalSums;
}

/** A scheme on a block, its delta found. */
export interface MeasuredGrid extends BlockSums {
  readonly plan: GridPlan;
  readonly delta: number;
  readonly source: DeltaSource;
}

export interface Measured {
  readonly images: number;
  readonly skipped: number;
  /** By block: for the density. */
  readonly blocks: readonly BlockSums[];
  /** By scheme and block, as in the plan. */
  readonly grids: readonly (readonly MeasuredGrid[])[];
}

/** Values more than a quantile's rank asks for: the rank is rounded, and images that cannot be read move it. */
const spareTail = 8;

/** Whether there will be a second pass. */
export function needsSearch(plan: LevelsPlan): boolean {
  return plan.schemes.some(({ grids }) => grids.some(isSearched));
}

/** @param planned images of a pass, before any is found unreadable */
export async function measureLevels(plan: LevelsPlan, planned: number, pass: Pass): Promise<Measured> {
  const { blocks } = plan.structure;
  const bins = binThresholds();
  const partitions = blocks.map(({ index }) => createPartition([bins, ...gridsOfBlock(plan, index).filter((grid) => !isSearched(grid)).map((grid) => tableOf(grid, grid.known?.delta ?? 1).thresholds)]));
  const first = await pass(partitions.map(({ thresholds }) => thresholds), blocks.map((block) => (gridsOfBlock(plan, block.index).some(isSearched) ? tailSize(planned * block.heads * headSize(block), searchedQuantiles(plan)) : 0)));
  const sums = blocks.map(({ index }): BlockSums => ({ partition: at(partitions, index), sums: at(first.blocks, index) }));
  requireNumbers(plan, sums);
  const second = await searchBlocks(plan, first, pass);
  const grids = plan.schemes.map((scheme) => scheme.grids.map((grid): MeasuredGrid => {
    const block = grid.block.index;
    if (grid.known !== null) return { ...at(sums, block), plan: grid, ...grid.known };
    if (grid.scheme.search.kind === 'sums') return { ...at(sums, block), plan: grid, delta: deltaOfSums(grid, at(sums, block)), source: 'maps' };
    const searched = at(second, block);
    if (searched === null) throw new Error(`nothing was searched in block ${block}`);
    return { ...searched, plan: grid, delta: bestCandidate(grid, searched), source: 'maps' };
  }));
  return { images: first.images, skipped: first.skipped, blocks: sums, grids };
}

/** Codes by interval and the codes themselves, of a scheme with this delta. */
export function tableOf({ scheme, aBits }: GridPlan, delta: number): { readonly thresholds: Int32Array; readonly levels: Float32Array } {
  const levels = scheme.levels(delta, aBits);
  return { levels, thresholds: buildLevelTable((x) => scheme.codeOf(x, delta, aBits), levels).thresholds };
}

function isSearched({ known, scheme }: GridPlan): boolean {
  return known === null && scheme.search.kind === 'quantiles';
}

function searchedQuantiles(plan: LevelsPlan): readonly number[] {
  const { search } = plan.schemes.map(({ scheme }) => scheme).find((scheme) => scheme.search.kind === 'quantiles') ?? {};
  return search?.kind === 'quantiles' ? search.probabilities : [];
}

function requireNumbers({ structure }: LevelsPlan, blocks: readonly BlockSums[]): void {
  const bad = blocks.findIndex(({ sums }) => !sums.squares.every(Number.isFinite));
  if (bad >= 0) throw fail('model-values', 'An attention map holds values that are no numbers', { place: productWithV(structure, bad).name, next: 'Check the model: its softmax overflows' });
}

interface Searched extends BlockSums {
  readonly candidates: readonly number[];
}

/** By block: sums under every candidate; null where nothing is searched. */
async function searchBlocks(plan: LevelsPlan, first: MapSums, pass: Pass): Promise<(Searched | null)[]> {
  const prepared = plan.structure.blocks.map((block) => {
    const grids = gridsOfBlock(plan, block.index).filter(isSearched);
    if (grids.length === 0) return null;
    const candidates = quantilesOf(at(first.tails, block.index), first.images * block.heads * headSize(block), searchedQuantiles(plan));
    const tried = usable(candidates);
    return { candidates, partition: createPartition(grids.flatMap((grid) => tried.map((delta) => tableOf(grid, delta).thresholds))) };
  });
  if (prepared.every((block) => block === null)) return prepared.map(() => null);
  const found = await pass(prepared.map((block) => block?.partition.thresholds ?? new Int32Array(0)), prepared.map(() => 0));
  return prepared.map((block, index) => block && { ...block, sums: at(found.blocks, index) });
}

function tailSize(elements: number, probabilities: readonly number[]): number {
  const { wanted } = planQuantiles(elements, probabilities);
  return Math.min(elements, elements - at(wanted, 0) + spareTail);
}

/** Quantiles of `elements` values of which the largest are there, descending. */
function quantilesOf(top: Float32Array, elements: number, wanted: readonly number[]): number[] {
  return planQuantiles(elements, wanted).ranks.map(({ below, above, weight }) => interpolate(at(top, elements - 1 - below), at(top, elements - 1 - above), weight));
}

/** As in the scheme's own search: a quantile of zero is no delta, and 1 stands in for none at all. */
function usable(candidates: readonly number[]): readonly number[] {
  const positive = candidates.filter((delta) => delta > 0);
  return positive.length === 0 ? [1] : positive;
}

function bestCandidate(grid: GridPlan, { candidates, partition, sums }: Searched): number {
  const { search } = grid.scheme;
  if (search.kind !== 'quantiles') throw new Error(`${grid.scheme.id} is not searched among quantiles`);
  const deltas = usable(candidates);
  const errors = deltas.map((delta) => {
    const { thresholds, levels } = tableOf(grid, delta);
    const steps = stepsOf(partition, thresholds);
    let error = 0;
    for (let head = 0; head < grid.block.heads; head++) for (const part of codeErrors(partition, steps, levels, sums, head)) error += part;
    return error;
  });
  return search.best(deltas, errors);
}

function deltaOfSums(grid: GridPlan, { partition, sums }: BlockSums): number {
  const { search } = grid.scheme;
  if (search.kind !== 'sums') throw new Error(`${grid.scheme.id} does not follow from sums`);
  const { thresholds, levels } = tableOf(grid, 1);
  const steps = stepsOf(partition, thresholds);
  const counts = new Float64Array(levels.length);
  const totals = new Float64Array(levels.length);
  for (let head = 0; head < grid.block.heads; head++) {
    const found = codeSums(partition, steps, levels.length, sums, head);
    for (let code = 0; code < levels.length; code++) {
      counts[code] = at(counts, code) + at(found.counts, code);
      totals[code] = at(totals, code) + at(found.sums, code);
    }
  }
  return search.best(counts, totals);
}

/** Adds a part of a pass to what there is; null to begin with. Parts come in the order of the images. */
export function addPart(sum: MapSums | null, part: MapSums, tails: readonly number[]): MapSums {
  if (sum === null) return part;
  part.blocks.forEach((block, index) => mergeSums(at(sum.blocks, index), block));
  return {
    images: sum.images + part.images,
    skipped: sum.skipped + part.skipped,
    blocks: sum.blocks,
    tails: sum.tails.map((tail, index) => mergeTails(tail, at(part.tails, index), at(tails, index))),
  };
}

/** The `size` largest of two descending lists. */
function mergeTails(a: Float32Array, b: Float32Array, size: number): Float32Array {
  const merged = new Float32Array(Math.min(size, a.length + b.length));
  for (let i = 0, left = 0, right = 0; i < merged.length; i++) {
    const takeLeft = right >= b.length || (left < a.length && at(a, left) >= at(b, right));
    merged[i] = takeLeft ? at(a, left++) : at(b, right++);
  }
  return merged;
}
