/** `--image-list` and `--calibration-list`: one path per line, relative to the data set. */
import { fail } from '../../../shared/failure';
import type { ImageTable } from './image-table';

export interface ListSource {
  /** The list file, for messages. */
  readonly file: string;
  /** The data set's root, for messages. */
  readonly root: string;
}

/** `./` in front is dropped and backslashes become slashes where the name itself is not found. */
function find(table: ImageTable, line: string): number {
  const index = table.indexOf(line);
  if (index >= 0) return index;
  return table.indexOf(line.replaceAll('\\', '/').replace(/^(\.\/)+/, ''));
}

/**
 * Indices into `table`, in the list's order. Empty lines are passed over; a byte-order mark and CRLF are accepted.
 * Throws EngineError 'list-unreadable' with the line's number: a path that is not in the data set, a repeat, an empty list.
 */
export function parseImageList(text: string, table: ImageTable, source: ListSource): Int32Array {
  const lineOf = new Map<number, number>();
  text.replace(/^\uFEFF/, '').split('\n').forEach((raw, at) => {
    const line = raw.trim();
    if (line === '') return;
    const index = find(table, line);
    if (index < 0) {
      throw fail('list-unreadable', `A picture of the list is not in the data set: ${line}`, {
        file: source.file,
        place: `line ${at + 1}`,
        expected: `a path relative to ${source.root}, such as ${table.count > 0 ? table.file(0) : 'val/n01440764/picture.JPEG'}`,
        next: 'Correct or remove the line',
      });
    }
    const earlier = lineOf.get(index);
    if (earlier !== undefined) {
      throw fail('list-unreadable', `A picture is listed twice: ${line}`, {
        file: source.file, place: `lines ${earlier} and ${at + 1}`, expected: 'each picture once', next: 'Remove one of the lines',
      });
    }
    lineOf.set(index, at + 1);
  });
  if (lineOf.size === 0) {
    throw fail('list-unreadable', 'The list names no picture', { file: source.file, expected: 'one path per line, relative to the data set', next: 'Fill the list or leave it out' });
  }
  return Int32Array.from(lineOf.keys());
}
