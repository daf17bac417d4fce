/** Which images two runs have in common, and how each fared on them. */
import type { Outcomes, Store, StoredRun } from '../store/store-types';

/** Positions in both outcome tables of the same image, in the order of the first. */
export interface CommonImages {
  readonly a: Int32Array;
  readonly b: Int32Array;
}

/** Images of two runs on one list: both tables are sorted by position. */
export function commonByPosition(a: Int32Array, b: Int32Array): CommonImages {
  const most = Math.min(a.length, b.length);
  const inA = new Int32Array(most);
  const inB = new Int32Array(most);
  let count = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const difference = (a[i] ?? 0) - (b[j] ?? 0);
    if (difference === 0) {
      inA[count] = i++;
      inB[count++] = j++;
    } else if (difference < 0) i++;
    else j++;
  }
  return { a: inA.subarray(0, count), b: inB.subarray(0, count) };
}

/** Images of two runs on different lists of one data set (a limit is a subset of the whole): the same file is the same image. */
export function commonByFile(a: Int32Array, filesA: readonly string[], b: Int32Array, filesB: readonly string[]): CommonImages {
  const places = new Map<string, number>();
  b.forEach((position, row) => {
    const file = filesB[position];
    if (file !== undefined) places.set(file, row);
  });
  const pairs: [number, number][] = [];
  a.forEach((position, row) => {
    const place = places.get(filesA[position] ?? '');
    if (place !== undefined) pairs.push([row, place]);
  });
  return { a: Int32Array.from(pairs, ([row]) => row), b: Int32Array.from(pairs, ([, row]) => row) };
}

export interface ComparedRun {
  readonly run: StoredRun;
  readonly outcomes: Outcomes;
}

export async function commonImages(store: Pick<Store, 'listedImages'>, a: ComparedRun, b: ComparedRun): Promise<CommonImages> {
  if (a.run.listId === b.run.listId) return commonByPosition(a.outcomes.index, b.outcomes.index);
  const [listA, listB] = await Promise.all([store.listedImages(a.run.listId), store.listedImages(b.run.listId)]);
  return commonByFile(a.outcomes.index, listA.files, b.outcomes.index, listB.files);
}
