/** Which pictures the gate looks at. Pure. */
import type { ImageTable } from '../../core/datasets/image-table';
import { balancedSubset } from '../../core/random/balanced-subset';

/** When every label is there once, lists that are mixed up are told from orders that are unknown on some more pictures of a few classes. */
const repeatedClasses = 10;
const repeatedPictures = 8;

export interface GatePictures {
  /** As listed, first the base, then the repeats. */
  readonly files: readonly string[];
  readonly labels: readonly number[];
  readonly base: number;
}

export function gatePictures(val: ImageTable, images: number, seed: number): GatePictures {
  const base = balancedSubset(val.labels, images, seed);
  const used = new Set(base);
  const counts = new Map<number, number>();
  for (const label of val.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  // The classes of the first pictures that have others of their kind.
  const chosen = new Set([...new Set(base.map((index) => val.labels[index] ?? -1))].filter((label) => (counts.get(label) ?? 0) > 1).slice(0, repeatedClasses));
  const left = Array.from(val.labels.keys()).filter((index) => chosen.has(val.labels[index] ?? -1) && !used.has(index));
  const repeats = balancedSubset(left.map((index) => val.labels[index] ?? -1), repeatedClasses * repeatedPictures, seed).map((place) => left[place] ?? 0);
  const all = [...base, ...repeats];
  return { files: all.map((index) => val.file(index)), labels: all.map((index) => val.labels[index] ?? -1), base: base.length };
}
