/**
 * The pictures of a split in columns. A full ImageNet has 1.28 million: names are kept as one string per folder (about 25 bytes a
 * picture) and paths are put together when they are asked for.
 */
import { compareCodePoints } from './code-point-order';
import { groupBy } from './group-by';

export interface ImageRef {
  /** Path relative to the data set's root, with `/`. */
  readonly file: string;
  readonly label: number;
}

/** The pictures directly inside one folder, names sorted by code point. */
export interface FolderImages {
  /** Relative to the data set's root, with `/`, without one at the end; '' is the root itself. */
  readonly path: string;
  readonly label: number;
  readonly names: readonly string[];
}

interface FolderColumn {
  readonly path: string;
  /** All names, one after the other. */
  readonly names: string;
  /** End of each name in `names`, [pictures]. */
  readonly ends: Uint32Array;
}

function toColumn({ path, names }: FolderImages): FolderColumn {
  const ends = new Uint32Array(names.length);
  let end = 0;
  names.forEach((name, index) => {
    end += name.length;
    ends[index] = end;
  });
  return { path, names: names.join(''), ends };
}

function nameAt(column: FolderColumn, index: number): string {
  return column.names.slice(index === 0 ? 0 : column.ends[index - 1], column.ends[index]);
}

export class ImageTable {
  readonly count: number;
  /** [count] */
  readonly labels: Int32Array;
  private readonly columns: readonly FolderColumn[];
  /** Index of each folder's first picture, and `count` at the end, [folders + 1]. */
  private readonly firsts: Int32Array;
  private byPath: Map<string, number[]> | null = null;

  /** Folders in data-set order; those without pictures are passed over. */
  constructor(folders: readonly FolderImages[]) {
    const full = folders.filter(({ names }) => names.length > 0);
    this.columns = full.map(toColumn);
    this.firsts = new Int32Array(full.length + 1);
    full.forEach(({ names }, index) => {
      this.firsts[index + 1] = this.firsts[index] + names.length;
    });
    this.count = this.firsts[full.length];
    this.labels = new Int32Array(this.count);
    full.forEach(({ label }, index) => this.labels.fill(label, this.firsts[index], this.firsts[index + 1]));
  }

  /** Path of a picture relative to the data set's root. Throws RangeError outside 0..count-1. */
  file(index: number): string {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) throw new RangeError(`picture ${index} of ${this.count}`);
    let low = 0;
    let high = this.columns.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.firsts[middle] <= index) low = middle;
      else high = middle - 1;
    }
    const column = this.columns[low];
    const name = nameAt(column, index - this.firsts[low]);
    return column.path === '' ? name : `${column.path}/${name}`;
  }

  ref(index: number): ImageRef {
    return { file: this.file(index), label: this.labels[index] };
  }

  /** Index of a picture by its path relative to the root, or -1. */
  indexOf(file: string): number {
    this.byPath ??= this.columnsByPath();
    const slash = file.lastIndexOf('/');
    const name = file.slice(slash + 1);
    for (const folder of this.byPath.get(slash < 0 ? '' : file.slice(0, slash)) ?? []) {
      const at = this.inColumn(folder, name);
      if (at >= 0) return at;
    }
    return -1;
  }

  /** One folder holds pictures of several classes where they lie flat. */
  private columnsByPath(): Map<string, number[]> {
    return groupBy(this.columns.keys(), (column) => this.columns[column].path);
  }

  private inColumn(folder: number, name: string): number {
    const column = this.columns[folder];
    let low = 0;
    let high = column.ends.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = compareCodePoints(nameAt(column, middle), name);
      if (order === 0) return this.firsts[folder] + middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Every picture in order, for streaming over all of them. */
  *refs(): Generator<ImageRef> {
    for (let index = 0; index < this.count; index++) yield this.ref(index);
  }

  /** The folders that the table is made of, those without pictures left out. */
  *folders(): Generator<FolderImages> {
    for (let folder = 0; folder < this.columns.length; folder++) {
      const column = this.columns[folder];
      yield { path: column.path, label: this.labels[this.firsts[folder]], names: Array.from(column.ends, (_, index) => nameAt(column, index)) };
    }
  }

  /** Each folder as text: equal tables give equal sequences, which is what a hash of the listing is made of. */
  *fingerprint(): Generator<string> {
    for (let folder = 0; folder < this.columns.length; folder++) {
      const { path, names, ends } = this.columns[folder];
      yield `${path}\t${this.labels[this.firsts[folder]]}\t${ends.join(',')}\n${names}\n`;
    }
  }
}
