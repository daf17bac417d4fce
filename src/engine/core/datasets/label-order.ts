/**
 * In which order the numbers of a label file count ImageNet's classes: the one asked for, or the one that fits what the pictures' own names give away.
 */
import { fail } from '../../../shared/failure';
import type { LabelChoice } from '../../../shared/settings';
import type { ImagenetClasses } from './imagenet-classes';

/** What is known of ImageNet's validation pictures by number, and of the development kit's own order of the classes. */
export interface ImagenetTables {
  readonly classes: ImagenetClasses;
  /** Label of picture number i + 1, [50000]. */
  readonly validationLabels: readonly number[];
  /** WordNet id of development-kit number i + 1, [1000]. */
  readonly devkitOrder: readonly string[];
}

/** In which order the numbers of a label file count the classes; `auto` decides by what fits. */
export type LabelOrder = LabelChoice['order'];

export type KnownOrder = Exclude<LabelOrder, 'auto'>;

const classCount = 1000;
/** Share of pictures that must agree with the published labels before an order is believed to be another than the file's usual one. */
const agreeing = 0.99;

/** The number in `ILSVRC2012_val_00000293.JPEG` (Hugging Face: `ILSVRC2012_val_00000293_n01440764.JPEG`), or null. */
export function validationNumber(name: string): number | null {
  const digits = /^ILSVRC2012_val_(\d{8})(?:_n\d{8})?\.[A-Za-z]+$/.exec(name)?.[1];
  const number = digits === undefined ? NaN : Number(digits);
  return number >= 1 && number <= 50_000 ? number : null;
}

/** The label that a picture's own name gives away: by ImageNet's number, or by a WordNet id in it (`n01440764_10026.JPEG`). Null for other names. */
export function labelOfName(name: string, { classes, validationLabels }: ImagenetTables): number | null {
  const number = validationNumber(name);
  if (number !== null) return validationLabels[number - 1];
  const id = /(?:^|_)(n\d{8})(?:_|\.|$)/.exec(name)?.[1];
  const label = id === undefined ? -1 : classes.labelOf(id);
  return label < 0 ? null : label;
}

export const orderWords: Readonly<Record<KnownOrder, string>> = {
  devkit: 'the development kit\'s own order of classes', 'sorted-from-0': 'sorted WordNet ids, counted from 0', 'sorted-from-1': 'sorted WordNet ids, counted from 1',
};

/** The share that chooseOrder gives, in words. */
export function agreeingWords(share: number | null): string {
  return share === null ? '' : `; ${(share * 100).toFixed(1)} % agree with the published labels of pictures with these names`;
}

/** Whether the pictures' own names bear out the order that was chosen. */
export function confirmed(share: number | null): boolean {
  return share !== null && share >= agreeing;
}

export function baseName(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file;
}

/**
 * In which order numbers count ImageNet's classes: the one asked for, else the one that fits what the pictures' own names give away, else the usual one.
 * `share`: how many of the pictures whose names give a label away agree; null when no name does.
 * @throws EngineError 'dataset-layout' for numbers that the order does not have
 */
export function chooseOrder(given: Int32Array, names: readonly string[], asked: LabelOrder, usual: KnownOrder, file: string, tables: ImagenetTables): { readonly order: KnownOrder; readonly share: number | null } {
  const possible = knownOrders.filter((order) => given.every((number) => labelIn(order, number, tables) >= 0));
  const fits = (order: KnownOrder): number | null => agreement(given, names, order, tables);
  const best = possible.find((order) => (fits(order) ?? 0) >= agreeing);
  // A file that counts from 1 but is not the development kit's is more likely sorted.
  const likely: readonly KnownOrder[] = usual === 'devkit' ? knownOrders : ['sorted-from-0', 'sorted-from-1', 'devkit'];
  const order = asked !== 'auto' ? asked : best ?? likely.find((known) => possible.includes(known));
  if (order !== undefined && possible.includes(order)) return { order, share: fits(order) };
  const wrong = given.findIndex((number) => (order === undefined ? number < 0 || number > classCount : labelIn(order, number, tables) < 0));
  const what = wrong >= 0 ? `A label of the file is out of range: ${given[wrong]}` : 'The labels of the file run from 0 to 1000: no order of 1,000 classes has both';
  throw fail('dataset-layout', what, {
    file, place: names[Math.max(0, wrong >= 0 ? wrong : given.indexOf(classCount))], expected: order === 'sorted-from-0' ? 'numbers from 0 to 999' : 'numbers from 1 to 1000', next: 'Choose another order of the labels, or another file',
  });
}

const knownOrders: readonly KnownOrder[] = ['devkit', 'sorted-from-1', 'sorted-from-0'];

/** Share of the pictures whose names give a label away that have that label under this order; null when no name does. */
function agreement(given: Int32Array, names: readonly string[], order: KnownOrder, tables: ImagenetTables): number | null {
  let named = 0;
  let equal = 0;
  names.forEach((name, index) => {
    const label = labelOfName(name, tables);
    if (label === null) return;
    named++;
    if (labelIn(order, given[index], tables) === label) equal++;
  });
  return named === 0 ? null : equal / named;
}

/** The label that a number stands for, or -1. */
export function labelIn(order: KnownOrder, number: number, { classes, devkitOrder }: ImagenetTables): number {
  switch (order) {
    case 'sorted-from-0': return number >= 0 && number < classCount ? number : -1;
    case 'sorted-from-1': return number >= 1 && number <= classCount ? number - 1 : -1;
    case 'devkit': return number >= 1 && number <= classCount ? classes.labelOf(devkitOrder[number - 1]) : -1;
  }
}
