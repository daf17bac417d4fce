/** What each scheme makes of one value, and how the schemes compare on one layer or head. Pure. */
import { at } from '../../../shared/at';
import { codeFigures, codeOfValue, densityOf, gridOf, levelFigures, type LevelFigures } from '../../../shared/level-figures';
import { binsPerOctave, densityOctaves, type DeltaSource, type Levels } from '../../../shared/levels';
import type { SchemeId } from '../../../shared/settings';
import { superscripts } from '../level-usage';
import { runCounts } from './occupancy';

export interface Reading {
  readonly scheme: SchemeId;
  readonly code: number;
  readonly name: string;
  readonly level: number;
  /** (level - x) / x. */
  readonly error: number;
  /** Values that get this code: from `from` up to, but not with, `to`. */
  readonly from: number;
  readonly to: number;
}

/** One reading per scheme, with the ladders of a block. */
export function readingsOf(levels: Levels, block: number, value: number): Reading[] {
  return levels.schemes.map(({ scheme }) => {
    const grid = gridOf(levels, scheme, block);
    const code = codeOfValue(grid, value);
    const level = at(grid.levels, code);
    return { scheme, code, name: superscripts(at(grid.names, code)), level, error: (level - value) / value, ...codeRange(grid.thresholds, code) };
  });
}

/** Values of a code; the greatest one takes everything above. */
export function codeRange(thresholds: readonly number[], code: number): { readonly from: number; readonly to: number } {
  return { from: code === 0 ? 0 : thresholds[code - 1] ?? 1, to: thresholds[code] ?? Infinity };
}

/** Share of the elements below a value, by whole bins of the density. `head` null: all heads; `block` null: all layers. */
export function shareBelow(levels: Levels, block: number | null, head: number | null, value: number): number {
  const bins = densityOf(levels, block, head);
  const elements = bins.reduce((sum, count) => sum + count, 0);
  const end = 2 + Math.round((Math.log2(value) + densityOctaves) * binsPerOctave);
  return elements === 0 ? 0 : bins.slice(0, Math.max(1, end)).reduce((sum, count) => sum + count, 0) / elements;
}

export interface SchemeRow extends LevelFigures {
  readonly scheme: SchemeId;
  readonly delta: number;
  readonly source: DeltaSource;
}

/** All six schemes on the maps of a layer (`head` null) or a head. */
export function compareSchemes(levels: Levels, block: number, head: number | null): SchemeRow[] {
  return levels.schemes.map(({ scheme }) => {
    const { delta, source } = gridOf(levels, scheme, block);
    return { scheme, delta, source, ...levelFigures(levels, scheme, block, head) };
  });
}

export interface CellFigures {
  readonly code: number;
  readonly name: string;
  readonly level: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly elements: number;
  /** Shares of the elements and of the squared error of the layer or head, 0 to 1. */
  readonly share: number;
  readonly errorShare: number;
  /** Of the elements with this code; null when there are none. */
  readonly meanSquaredError: number | null;
  /** Over the whole run; null where it did not count this scheme. */
  readonly runShare: number | null;
}

export function cellFigures(levels: Levels, scheme: SchemeId, block: number, head: number | null, code: number): CellFigures {
  const grid = gridOf(levels, scheme, block);
  const { counts, errors, elements, error } = codeFigures(grid, head);
  const count = at(counts, code);
  const own = runCounts(levels, scheme, block, head);
  const ownElements = own === null ? 0 : own.reduce((sum, one) => sum + one, 0);
  return {
    code, name: superscripts(at(grid.names, code)), level: at(grid.levels, code), ...codeRange(grid.thresholds, code), count, elements,
    share: elements === 0 ? 0 : count / elements, errorShare: error === 0 ? 0 : at(errors, code) / error,
    meanSquaredError: count === 0 ? null : at(errors, code) / count,
    runShare: own === null || ownElements === 0 ? null : at(own, code) / ownElements,
  };
}

/** Where the deltas of a block come from, as groups of schemes. */
export function deltaOrigins(levels: Levels, block: number): { readonly source: DeltaSource; readonly schemes: readonly SchemeId[] }[] {
  const order: readonly DeltaSource[] = ['run', 'sibling', 'maps'];
  return order.map((source) => ({ source, schemes: levels.schemes.filter(({ scheme }) => gridOf(levels, scheme, block).source === source).map(({ scheme }) => scheme) })).filter(({ schemes }) => schemes.length > 0);
}
