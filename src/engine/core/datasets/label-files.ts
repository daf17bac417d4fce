/**
 * Labels of pictures that lie flat in one folder or archive, from the files that people have beside them: the development kit's ground truth,
 * `val.txt`, Kaggle's `LOC_val_solution.csv`, or nothing but the numbers in ImageNet's own file names.
 */
import { fail } from '../../../shared/failure';
import { agreeingWords, baseName, chooseOrder, confirmed, labelIn, orderWords, validationNumber, type ImagenetTables, type KnownOrder, type LabelOrder } from './label-order';

export type LabelSource =
  | { readonly kind: 'numbers-in-names' }
  | { readonly kind: 'ground-truth' | 'val-txt' | 'kaggle-csv'; readonly file: string; readonly text: string; readonly order: LabelOrder };

export interface FlatLabels {
  /** Label of each picture, 0..999 in the order of sorted WordNet ids. */
  readonly labels: Int32Array;
  /** One sentence: where the labels come from, and in which order its numbers were read. */
  readonly origin: string;
  /** Pictures that the file lists but that are not there. */
  readonly absent: number;
  /** The labels are numbers, and nothing confirms the order in which they were taken to count the classes. */
  readonly unconfirmed: boolean;
}

/**
 * @param names names of the pictures, sorted
 * @throws EngineError 'dataset-layout' that names file, line, and what was expected
 */
export function labelFlat(names: readonly string[], source: LabelSource, tables: ImagenetTables, root: string): FlatLabels {
  switch (source.kind) {
    case 'numbers-in-names': return byNumber(names, tables, root);
    case 'ground-truth': return byGroundTruth(names, source, tables);
    case 'val-txt': return byNames(names, valText(source, tables), source.file, source.order, tables);
    case 'kaggle-csv': return byNames(names, kaggle(source, tables), source.file, 'sorted-from-0', tables);
  }
}

function byNumber(names: readonly string[], { validationLabels }: ImagenetTables, root: string): FlatLabels {
  const labels = Int32Array.from(names, (name) => {
    const number = validationNumber(name);
    if (number === null) {
      throw fail('dataset-layout', 'The pictures lie flat, without class folders, and nothing says what they show', {
        file: root, place: name,
        expected: 'ImageNet\'s own names (ILSVRC2012_val_00000001.JPEG), or a file with the labels: ILSVRC2012_validation_ground_truth.txt, val.txt, LOC_val_solution.csv',
        next: 'Put the label file beside the pictures, or sort them into one folder per class',
      });
    }
    return validationLabels[number - 1];
  });
  return { labels, origin: 'labels by the numbers in ImageNet\'s own file names', absent: 0, unconfirmed: false };
}

export type LabelFileKind = Exclude<LabelSource['kind'], 'numbers-in-names'>;

/** What a label file is, by what stands in it: people rename them. */
export function labelFileKind(text: string): LabelFileKind {
  const first = text.replace(/^\uFEFF/, '').split(/\r?\n/, 50).map((line) => line.trim()).find((line) => line !== '') ?? '';
  if (/^-?\d+$/.test(first)) return 'ground-truth';
  return /^ImageId,|^[^\s,]+,\s*n\d{8}\s/.test(first) ? 'kaggle-csv' : 'val-txt';
}

/** One number per line: of the pictures by their own numbers, else in the order of their names. */
function byGroundTruth(names: readonly string[], source: Extract<LabelSource, { text: string }>, tables: ImagenetTables): FlatLabels {
  const numbers: number[] = [];
  eachLine(source.text, (line, at) => numbers.push(wholeNumber(line, source.file, at)));
  const own = names.map(validationNumber);
  const numbered = own.every((number) => number !== null && number <= numbers.length);
  if (!numbered && numbers.length !== names.length) {
    throw fail('dataset-layout', `The ground truth has ${numbers.length} lines for ${names.length} pictures`, {
      file: source.file, expected: 'one line per picture, or the 50,000 lines of the whole validation set beside pictures with ImageNet\'s own names', next: 'Put the ground truth of these pictures beside them',
    });
  }
  const given = Int32Array.from(names, (_, index) => (numbered ? numbers[(own[index] ?? 1) - 1] : numbers[index]));
  return ordered(given, names, source.order, 'devkit', source.file, numbered ? numbers.length - names.length : 0, tables);
}

/** Labels by picture, from lines; a picture that is listed twice with two labels is refused, since nobody can say which is right. */
class NamedLabels {
  readonly labels = new Map<string, number>();
  /** Some labels are numbers, not WordNet ids. */
  numbers = false;
  private readonly lines = new Map<string, number>();

  constructor(private readonly file: string) {}

  add(name: string, label: number, line: number): void {
    const known = this.labels.get(name);
    if (known !== undefined && known !== label) {
      throw fail('dataset-layout', `A picture is listed twice, with two labels: ${name.slice(0, 80)}`, {
        file: this.file, place: `lines ${this.lines.get(name) ?? 0} and ${line}`, expected: 'one label per picture', next: 'Remove the wrong line, or the file: ImageNet\'s own names are enough',
      });
    }
    this.labels.set(name, label);
    this.lines.set(name, line);
  }
}

function eachLine(text: string, take: (line: string, number: number) => void): void {
  text.replace(/^\uFEFF/, '').split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line !== '') take(line, index + 1);
  });
}

/** `name label` per line; the name may carry a path, the label may be a WordNet id. */
function valText({ text, file }: Extract<LabelSource, { text: string }>, { classes }: ImagenetTables): NamedLabels {
  const found = new NamedLabels(file);
  eachLine(text, (line, number) => {
    const [path, label] = line.split(/[\s,]+/);
    if (path === undefined || label === undefined) throw badLine(file, number, line, 'a picture\'s name and its label, such as ILSVRC2012_val_00000001.JPEG 65');
    const named = classes.labelOf(label);
    if (named < 0) found.numbers = true;
    found.add(path.split('/').at(-1) ?? path, named >= 0 ? named : wholeNumber(label, file, number), number);
  });
  return found;
}

/** `ImageId,PredictionString`: the WordNet id, and boxes that do not matter here. */
function kaggle({ text, file }: Extract<LabelSource, { text: string }>, { classes }: ImagenetTables): NamedLabels {
  const found = new NamedLabels(file);
  eachLine(text, (line, number) => {
    if (number === 1 && line.startsWith('ImageId')) return;
    const [id = '', prediction = ''] = line.split(',');
    const label = classes.labelOf(prediction.trim().split(/\s+/)[0] ?? '');
    if (label < 0) throw badLine(file, number, line, 'a picture\'s id, a comma, and a WordNet id of ImageNet-1k, such as ILSVRC2012_val_00000001,n01751748 ...');
    found.add(id, label, number);
  });
  return found;
}

/** Labels by name, with or without the extension. */
function byNames(names: readonly string[], { labels: listed, numbers }: NamedLabels, file: string, order: LabelOrder, tables: ImagenetTables): FlatLabels {
  const given = new Int32Array(names.length);
  const missing: string[] = [];
  names.forEach((name, index) => {
    const label = listed.get(name) ?? listed.get(name.replace(/\.[^.]+$/, ''));
    if (label === undefined) missing.push(name);
    else given[index] = label;
  });
  if (missing.length > 0) {
    throw fail('dataset-layout', `${missing.length} of ${names.length} pictures are not in the label file`, {
      file, place: missing.slice(0, 3).join(', '), expected: 'a line for every picture', next: 'Take the label file that belongs to these pictures, or remove it: ImageNet\'s own names are enough',
    });
  }
  const flat = ordered(given, names, order, 'sorted-from-0', file, listed.size - names.length, tables);
  return numbers ? flat : { ...flat, unconfirmed: false };
}

function ordered(given: Int32Array, names: readonly string[], asked: LabelOrder, usual: KnownOrder, file: string, absent: number, tables: ImagenetTables): FlatLabels {
  const { order, share } = chooseOrder(given, names, asked, usual, file, tables);
  return { labels: given.map((number) => labelIn(order, number, tables)), origin: `labels from ${baseName(file)}, ${orderWords[order]}${agreeingWords(share)}`, absent, unconfirmed: !confirmed(share) };
}

function wholeNumber(text: string, file: string, line: number): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw badLine(file, line, text, 'a whole number, or a WordNet id of ImageNet-1k');
}

function badLine(file: string, line: number, text: string, expected: string): Error {
  return fail('dataset-layout', `A line of the label file cannot be read: ${text.slice(0, 80)}`, { file, place: `line ${line}`, expected, next: 'Correct the line, or remove the file: ImageNet\'s own names are enough' });
}
