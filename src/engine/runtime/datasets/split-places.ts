/** Where the pictures of a split lie, in columns beside the table that names them: a million archive members would be too many as objects. */
import { join } from 'node:path';
import type { ImageTable } from '../../core/datasets/image-table';
import { writePlace, writeRow } from './picture-place';

export type SplitPlaces =
  /** Where their names say, relative to the base folder. */
  | { readonly kind: 'files' }
  /** In one archive, [pictures] each. */
  | { readonly kind: 'stretches'; readonly archive: string; readonly offsets: Float64Array; readonly lengths: Float64Array }
  /** In parquet files: `shardOf` is an index into `shards`, [pictures]; `groupBytes`: of the largest row group, unpacked. */
  | { readonly kind: 'rows'; readonly shards: readonly string[]; readonly column: readonly string[]; readonly groupBytes: number; readonly shardOf: Int32Array; readonly rows: Int32Array };

export interface PlacedTable {
  readonly table: ImageTable;
  readonly places: SplitPlaces;
}

/** From a listed name to the text that says where the picture is (picture-place.ts). */
export function locator(base: string, splits: readonly PlacedTable[]): (file: string) => string {
  return (file) => {
    for (const { table, places } of splits) {
      if (places.kind === 'files') continue;
      const index = table.indexOf(file);
      if (index < 0) continue;
      return places.kind === 'stretches'
        ? writePlace(places.archive, places.offsets[index] ?? 0, places.lengths[index] ?? 0)
        : writeRow(places.shards[places.shardOf[index] ?? 0] ?? '', places.rows[index] ?? 0, places.column);
    }
    return join(base, ...file.split('/'));
  };
}

/**
 * Most memory that reading pictures adds to a worker, in bytes: nothing for files and archives. A worker that meets a parquet file starts a thread and a
 * DuckDB for it; what that takes beside the row group was measured, and DuckDB itself refuses to take more than its limit (docs/decisions/0002).
 */
export function readingBytes(splits: readonly PlacedTable[]): number {
  return Math.max(...splits.map(({ places }) => (places.kind === 'rows' ? Math.min(mostReader, readerBytes + groupTimes * places.groupBytes) : 0)));
}

const readerBytes = 210e6;
const groupTimes = 2.5;
const mostReader = 1.2e9;
