/** Labels of pictures in parquet files: numbers or WordNet ids in a column, and what the files or the pictures' names say of them. */
import { fail } from '../../../shared/failure';
import { assignLabels, occurringClasses, type ClassLabels } from './class-labels';
import { agreeingWords, baseName, chooseOrder, confirmed, labelIn, labelOfName, orderWords, type ImagenetTables, type LabelOrder } from './label-order';

export interface ParquetSplit {
  /** First of its files, for messages. */
  readonly file: string;
  /** Names of the pictures, '' where the files say none. */
  readonly names: readonly string[];
  readonly labels: readonly (number | string | null)[];
}

export interface ParquetLabels extends ClassLabels {
  /** Of each split, label by picture. */
  readonly labels: readonly Int32Array[];
  readonly origin: string;
}

/** From which the labels' meaning is read. */
export interface LabelHints {
  /** Names of the classes by label, as the file itself lists them. */
  readonly classNames: readonly string[] | null;
  /** What a person chose: anything but 'auto' makes them ImageNet's labels, counted in that order. */
  readonly order: LabelOrder;
}

/** @throws EngineError 'dataset-layout' for labels that are missing, out of range, or no numbers */
export function parquetLabels(splits: readonly ParquetSplit[], hints: LabelHints, tables: ImagenetTables): ParquetLabels {
  const texts = splits.some(({ labels }) => labels.some((label) => typeof label === 'string' && !/^\d+$/.test(label)));
  if (texts) return byText(splits, tables);
  const numbers = splits.map(wholeNumbers);
  const origin = (words: string): string => `labels from ${baseName(splits[0]?.file ?? '')}, ${words}`;
  const mapped = hints.order === 'auto' ? ownMeaning(splits, numbers, hints.classNames, tables) : null;
  if (mapped !== null) return { ...mapped.labels, labels: numbers.map((given) => given.map(mapped.labelOf)), origin: origin(mapped.words) };
  const all = Int32Array.from(numbers.flatMap((given) => Array.from(given)));
  const names = splits.flatMap((split) => split.names);
  const { order, share } = chooseOrder(all, names, hints.order, 'sorted-from-0', splits[0]?.file ?? '', tables);
  const labels = numbers.map((given) => given.map((number) => labelIn(order, number, tables)));
  return { ...occurringClasses(labels, tables.classes), ...(confirmed(share) || (hints.order === 'auto' && hints.classNames?.length === tables.classes.list.length) ? {} : { unconfirmed: true }), labels, origin: origin(`${orderWords[order]}${agreeingWords(share)}`) };
}

interface Meaning {
  readonly labels: ClassLabels;
  readonly labelOf: (number: number) => number;
  readonly words: string;
}

/** What the files say of their numbers; null when nothing but that they are ImageNet's thousand. */
function ownMeaning(splits: readonly ParquetSplit[], numbers: readonly Int32Array[], classNames: readonly string[] | null, tables: ImagenetTables): Meaning | null {
  const seen = new Set<number>();
  for (const given of numbers) for (const number of given) seen.add(number);
  const highest = Math.max(...seen);
  if (classNames !== null && highest >= classNames.length) {
    throw fail('dataset-layout', `A label of the file is out of range: ${highest}`, {
      file: splits[0]?.file ?? '', place: `${classNames.length} names of classes`, expected: `numbers from 0 to ${classNames.length - 1}`, next: 'Take the files as they were published',
    });
  }
  const ids = classNames === null ? [] : classNames.map((name) => tables.classes.labelOf(name));
  if (ids.length > 0 && ids.every((label) => label >= 0)) return byLabel(ids, [...seen], 'by the WordNet ids in the file\'s own list of classes', tables);
  if (classNames !== null && classNames.length === tables.classes.list.length) return null;
  const named = namedAfter(splits, numbers, seen, tables);
  // ImageNet's own numbers, as the names confirm: chooseOrder says so, and how many agree.
  if (named !== null && [...named].every(([number, label]) => number === label)) return null;
  if (named !== null) return byLabel(sparse(named), [...seen], 'by the WordNet ids in the pictures\' names', tables);
  if (classNames !== null) return own(classNames, `the file's own ${classNames.length} classes`);
  const contiguous = highest === seen.size - 1 && seen.size < tables.classes.list.length;
  return contiguous ? own(Array.from({ length: seen.size }, (_, label) => `class ${label}`), `${seen.size} classes counted from 0, without names`) : null;
}

/** What each number stands for by the pictures' names; null unless every number has one meaning. */
function namedAfter(splits: readonly ParquetSplit[], numbers: readonly Int32Array[], seen: ReadonlySet<number>, tables: ImagenetTables): Map<number, number> | null {
  const found = new Map<number, number>();
  for (const [at, { names }] of splits.entries()) {
    for (const [index, name] of names.entries()) {
      const label = labelOfName(name, tables);
      if (label === null) continue;
      const number = numbers[at][index];
      if ((found.get(number) ?? label) !== label) return null;
      found.set(number, label);
    }
  }
  return found.size === seen.size && new Set(found.values()).size === found.size ? found : null;
}

function sparse(map: ReadonlyMap<number, number>): number[] {
  const list: number[] = [];
  map.forEach((label, number) => { list[number] = label; });
  return list;
}

function byLabel(labels: readonly number[], seen: readonly number[], words: string, tables: ImagenetTables): Meaning {
  return { labels: occurringClasses([seen.map((number) => labels[number])], tables.classes), labelOf: (number) => labels[number], words };
}

function own(names: readonly string[], words: string): Meaning {
  const taken = new Set<string>();
  const classes = names.map((name, label) => {
    const plain = name.replaceAll(/[/\\\0]/g, '_').trim();
    const folder = plain === '' || taken.has(plain) ? `${plain} ${label}`.trim() : plain;
    taken.add(folder);
    return { folder, wordNetId: null, name, label };
  });
  return { labels: { labelSet: 'own', classes }, labelOf: (number) => number, words };
}

function byText(splits: readonly ParquetSplit[], tables: ImagenetTables): ParquetLabels {
  const texts = splits.map(({ labels, file }) => labels.map((label, row) => {
    if (typeof label === 'string' && label !== '') return label;
    throw noLabel(file, row, label);
  }));
  const assigned = assignLabels(texts.flat(), tables.classes, splits[0]?.file ?? '');
  const labelOf = new Map(assigned.classes.map(({ folder, label }) => [folder, label]));
  const words = assigned.labelSet === 'own' ? `${assigned.classes.length} classes by name, sorted` : 'by WordNet id';
  return { ...assigned, labels: texts.map((split) => Int32Array.from(split, (text) => labelOf.get(text) ?? 0)), origin: `labels from ${baseName(splits[0]?.file ?? '')}, ${words}` };
}

function wholeNumbers({ labels, file }: ParquetSplit): Int32Array {
  return Int32Array.from(labels, (label, row) => {
    const number = typeof label === 'string' ? Number(label) : label;
    if (number === null || !Number.isInteger(number) || number < 0 || number > 1_000_000) throw noLabel(file, row, label);
    return number;
  });
}

function noLabel(file: string, row: number, label: number | string | null): Error {
  const what = label === -1 ? 'The pictures have no labels (-1, as in a test split)' : `A picture has no usable label: ${String(label)}`;
  return fail('dataset-layout', what, { file, place: `picture ${row + 1} of the split`, expected: 'a whole number from 0, or a WordNet id, in every row', next: 'Choose the validation files' });
}
