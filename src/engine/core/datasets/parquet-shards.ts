/** Which split a parquet file belongs to, by its name or its folder's. */
import { sortByCodePoints } from './code-point-order';

export type ParquetSplitName = 'train' | 'val' | 'test' | 'other';

/** `data/validation-00000-of-00014.parquet`, `validation/0000.parquet`, `imagenet_val.parquet`. */
export function parquetSplit(path: string): ParquetSplitName {
  const parts = path.toLowerCase().split('/');
  const file = (parts.at(-1) ?? '').replace(/\.parquet$/, '');
  for (const name of [file, parts.at(-2) ?? '']) {
    const words = name.split(/[^a-z]+/);
    if (words.some((word) => /^(val|valid|validation|dev|eval)$/.test(word))) return 'val';
    if (words.some((word) => /^(train|training)$/.test(word))) return 'train';
    if (words.includes('test')) return 'test';
  }
  return 'other';
}

/** Files by split, each in the order of the names. Without validation files, those of a test split count as `other`: they may have labels. */
export function shardsOf(files: readonly string[]): { readonly train: readonly string[]; readonly val: readonly string[]; readonly other: readonly string[] } {
  const of = (...splits: ParquetSplitName[]): string[] => sortByCodePoints(files.filter((file) => splits.includes(parquetSplit(file))));
  const test = of('test');
  return { train: of('train'), val: of('val'), other: test.length > 0 ? test : of('other') };
}
