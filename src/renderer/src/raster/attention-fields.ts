/** What the attention page draws of one view: three maps of values and their three differences, as a matrix or laid on the picture. */
import type { AttentionRollout, AttentionView } from '../../../shared/attention';
import { valuesOfCodes } from '../../../shared/attention-maps';
import { fieldOnGrid, subtract, windowRange } from './on-image';
import type { Query } from './token-geometry';
import { placeOfQuery } from './token-geometry';

export type MapName = 'fp32' | 'before' | 'after';
export type DifferenceName = 'inherited' | 'scheme' | 'total';
export type MapMode = 'matrix' | 'image' | 'rollout';

/** Which two maps each difference is made of: first minus second. */
export const differenceParts: Readonly<Record<DifferenceName, readonly [MapName, MapName]>> = {
  inherited: ['before', 'fp32'],
  scheme: ['after', 'before'],
  total: ['after', 'fp32'],
};

export interface Fields {
  readonly rows: number;
  readonly columns: number;
  readonly maps: Readonly<Record<MapName, Float32Array>>;
  readonly differences: Readonly<Record<DifferenceName, Float32Array>>;
}

/** The three maps of a view as values, [windows, tokens, tokens] each. A head that stays in FP32 has no levels: it is used as it comes. */
export function wholeMaps(view: AttentionView): Record<MapName, Float32Array> {
  return { fp32: view.fp32, before: view.before, after: view.levels.length === 0 ? view.before : valuesOfCodes(view.codes, view.levels) };
}

/** `matrix`: tokens x tokens of the window the query is in. `image`: rows x columns of patches, NaN where the query cannot look. */
export function fieldsOf(view: AttentionView, whole: Readonly<Record<MapName, Float32Array>>, mode: 'matrix' | 'image', query: Query): Fields {
  const pick = mode === 'matrix'
    ? (map: Float32Array): Float32Array => map.subarray(...windowRange(view, placeOfQuery(view, query).window))
    : (map: Float32Array): Float32Array => fieldOnGrid(map, view, query);
  const maps = { fp32: pick(whole.fp32), before: pick(whole.before), after: pick(whole.after) };
  const [rows, columns] = mode === 'matrix' ? [view.tokens, view.tokens] : view.grid;
  return withDifferences(rows, columns, maps);
}

/** Shares of the input patches in what is looked from, through all blocks. */
export function rolloutFields({ grid, fp32, before, after }: AttentionRollout): Fields {
  return withDifferences(grid[0], grid[1], { fp32: fp32.patches, before: before.patches, after: after.patches });
}

function withDifferences(rows: number, columns: number, maps: Fields['maps']): Fields {
  return {
    rows,
    columns,
    maps,
    differences: {
      inherited: subtract(maps.before, maps.fp32),
      scheme: subtract(maps.after, maps.before),
      total: subtract(maps.after, maps.fp32),
    },
  };
}
