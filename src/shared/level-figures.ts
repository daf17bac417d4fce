/** Figures that follow from counted levels: the same for the window and the command line. Pure. */
import { at } from './at';
import type { SchemeId } from './bits-and-schemes';
import { densityBins, type LevelGrid, type Levels } from './levels';

/** Elements and squared errors of each code, of one head or of a whole block. */
export interface CodeFigures {
  readonly counts: readonly number[];
  readonly errors: readonly number[];
  readonly elements: number;
  /** Sum of the squared errors. */
  readonly error: number;
}

export interface LevelFigures {
  readonly codes: number;
  /** Codes that no element has. */
  readonly dead: number;
  /** Shares of the elements, 0 to 1: code 0, and the greatest code. */
  readonly zeroShare: number;
  readonly saturatedShare: number;
  /** Mean squared error of an element. */
  readonly meanSquaredError: number;
  /** |x - level| / |x|; null when all of x is zero. */
  readonly relativeL2: number | null;
}

/** `head` null: all heads together. */
export function codeFigures({ levels, counts, errors }: Pick<LevelGrid, 'levels' | 'counts' | 'errors'>, head: number | null): CodeFigures {
  const codes = levels.length;
  const byCode = (values: readonly number[]): number[] => levels.map((_, code) => {
    if (head !== null) return at(values, head * codes + code);
    let sum = 0;
    for (let i = code; i < values.length; i += codes) sum += at(values, i);
    return sum;
  });
  const counted = byCode(counts);
  const wrong = byCode(errors);
  return { counts: counted, errors: wrong, elements: sumOf(counted), error: sumOf(wrong) };
}

/** Dead codes, the ends of the ladder and the error, of one head (or of a block: null) under one scheme. */
export function levelFigures(levels: Pick<Levels, 'blocks' | 'schemes'>, scheme: SchemeId, block: number, head: number | null): LevelFigures {
  const grid = gridOf(levels, scheme, block);
  const { counts, elements, error } = codeFigures(grid, head);
  const signal = at(levels.blocks, block).signal;
  const power = head === null ? sumOf(signal) : at(signal, head);
  return { ...usageFigures(counts), meanSquaredError: elements === 0 ? 0 : error / elements, relativeL2: power === 0 ? null : Math.sqrt(error / power) };
}

/** What counts alone tell. */
export function usageFigures(counts: readonly number[]): Pick<LevelFigures, 'codes' | 'dead' | 'zeroShare' | 'saturatedShare'> {
  const elements = sumOf(counts);
  const share = (count: number): number => (elements === 0 ? 0 : count / elements);
  return { codes: counts.length, dead: counts.filter((count) => count === 0).length, zeroShare: share(at(counts, 0)), saturatedShare: share(at(counts, counts.length - 1)) };
}

/** Throws when the scheme is none of the six. */
export function gridOf({ schemes }: Pick<Levels, 'schemes'>, scheme: SchemeId, block: number): LevelGrid {
  const found = schemes.find((candidate) => candidate.scheme === scheme);
  if (found === undefined) throw new Error(`no levels of the scheme ${scheme}`);
  return at(found.grids, block);
}

/** The code of a value >= 0. */
export function codeOfValue({ thresholds }: Pick<LevelGrid, 'thresholds'>, value: number): number {
  let code = 0;
  while (code < thresholds.length && value >= at(thresholds, code)) code++;
  return code;
}

/** Bins of the density over some blocks and heads together: `block` null for all blocks, `head` null for all heads of the block. */
export function densityOf({ blocks }: Pick<Levels, 'blocks'>, block: number | null, head: number | null): number[] {
  const bins = new Array<number>(densityBins).fill(0);
  for (const { density, heads } of block === null ? blocks : [at(blocks, block)]) {
    for (let group = 0; group < heads; group++) {
      if (head !== null && block !== null && group !== head) continue;
      for (let bin = 0; bin < densityBins; bin++) bins[bin] = at(bins, bin) + at(density, group * densityBins + bin);
    }
  }
  return bins;
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
