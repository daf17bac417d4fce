/** The occupancy map as rows and columns: layers or heads by codes. Pure. */
import { at } from '../../../shared/at';
import { codeFigures, gridOf, sumOf, usageFigures } from '../../../shared/level-figures';
import type { Levels } from '../../../shared/levels';
import type { SchemeId } from '../../../shared/settings';
import type { ExportTable } from '../export-table';
import { superscripts } from '../level-usage';

export type RowKind = 'layers' | 'heads';
/** Share of a row's elements, or of its squared error. */
export type Quantity = 'elements' | 'error';
/** The images measured here, or all that the run has evaluated. */
export type Counted = 'sample' | 'run';

export interface OccupancyQuestion {
  readonly scheme: SchemeId;
  readonly rows: RowKind;
  readonly quantity: Quantity;
  readonly counted: Counted;
  /** Whose heads; with layers, whose names the codes have. */
  readonly block: number;
}

export interface OccupancyRow {
  readonly block: number;
  /** Null for a whole layer. */
  readonly head: number | null;
  readonly name: string;
  readonly delta: number;
  /** Null where the run has no counts of this scheme. */
  readonly counts: readonly number[] | null;
  /** Null with the whole run: it counts codes, and knows no errors. */
  readonly errors: readonly number[] | null;
  /** Share of each code in the row, of elements or of error, 0 to 1; NaN where it is not known. */
  readonly shares: readonly number[];
  readonly dead: number | null;
  readonly zero: number | null;
  readonly saturated: number | null;
  /** Of the error of all rows together. */
  readonly error: number | null;
}

export interface Occupancy {
  /** Names of the codes: over delta of the block, or over "δ" where the rows have several. */
  readonly columns: readonly string[];
  readonly rows: readonly OccupancyRow[];
}

export function occupancyOf(levels: Levels, question: OccupancyQuestion): Occupancy {
  const { scheme, rows: kind, block } = question;
  const places = kind === 'layers'
    ? levels.blocks.map((_, index) => ({ block: index, head: null }))
    : Array.from({ length: at(levels.blocks, block).heads }, (_, head) => ({ block, head }));
  const bare = places.map((place) => ({ ...place, figures: figuresOf(levels, question, place.block, place.head) }));
  const total = question.counted === 'run' ? null : sumOf(bare.map(({ figures }) => sumOf(figures.errors ?? [])));
  const grid = gridOf(levels, scheme, block);
  return {
    columns: grid.names.map((name) => superscripts(kind === 'layers' ? withoutDelta(name, grid.delta) : name)),
    rows: bare.map(({ block: index, head, figures: { counts, errors } }): OccupancyRow => {
      const usage = counts === null ? null : usageFigures(counts);
      return {
        block: index, head, counts, errors, name: at(levels.blocks, index).name, delta: gridOf(levels, scheme, index).delta,
        shares: sharesOf(question.quantity === 'error' ? errors : counts, grid.levels.length),
        dead: usage?.dead ?? null, zero: usage?.zeroShare ?? null, saturated: usage?.saturatedShare ?? null,
        error: total === null || errors === null ? null : total === 0 ? 0 : sumOf(errors) / total,
      };
    }),
  };
}

/** Whether the run itself has counted codes of this scheme, in some layer. */
export function hasRunCounts({ run }: Pick<Levels, 'run'>, scheme: SchemeId): boolean {
  return run !== null && run.blocks.some((block) => block?.scheme === scheme);
}

/** Everything behind the map, a line per cell. */
export function occupancyTable(levels: Levels, scheme: SchemeId, words: { readonly [K in 'layer' | 'head' | 'code' | 'level' | 'value' | 'count' | 'share' | 'squaredError' | 'errorShare' | 'runCount']: string }): ExportTable {
  const rows = levels.blocks.flatMap(({ name, heads }, block) => Array.from({ length: heads }, (_, head) => head).flatMap((head) => {
    const grid = gridOf(levels, scheme, block);
    const { counts, errors, elements, error } = codeFigures(grid, head);
    const own = runCounts(levels, scheme, block, head);
    return counts.map((count, code) => [name, head, code, at(grid.names, code), at(grid.levels, code), count, elements === 0 ? 0 : count / elements, at(errors, code), error === 0 ? 0 : at(errors, code) / error, own?.[code] ?? null]);
  }));
  return { columns: [words.layer, words.head, words.code, words.level, words.value, words.count, words.share, words.squaredError, words.errorShare, words.runCount], rows };
}

/** By code, over the whole stored run; null where it did not count this scheme. `head` null: all heads. */
export function runCounts({ run }: Pick<Levels, 'run'>, scheme: SchemeId, block: number, head: number | null): readonly number[] | null {
  const found = run?.blocks[block] ?? null;
  if (found === null || found.scheme !== scheme) return null;
  return codeFigures({ levels: new Array<number>(found.codes).fill(0), counts: found.counts, errors: found.counts }, head).counts;
}

function figuresOf(levels: Levels, { scheme, counted }: OccupancyQuestion, block: number, head: number | null): { readonly counts: readonly number[] | null; readonly errors: readonly number[] | null } {
  if (counted === 'run') return { counts: runCounts(levels, scheme, block, head), errors: null };
  const { counts, errors } = codeFigures(gridOf(levels, scheme, block), head);
  return { counts, errors };
}

function sharesOf(values: readonly number[] | null, codes: number): number[] {
  if (values === null) return new Array<number>(codes).fill(Number.NaN);
  const sum = sumOf(values);
  return values.map((value) => (sum === 0 ? 0 : value / sum));
}

/** "1.5·2^3/327" as "1.5·2^3/δ": the same code of several sites. */
function withoutDelta(name: string, delta: number): string {
  const end = `/${delta}`;
  return name.endsWith(end) ? `${name.slice(0, -end.length)}/δ` : name;
}
