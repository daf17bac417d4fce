/** Reads a list of pictures from a file. */
import { readFile } from 'node:fs/promises';
import { fail } from '../../../shared/failure';
import { parseImageList } from '../../core/datasets/image-list';
import type { ImageTable } from '../../core/datasets/image-table';

/** Indices into `table` of the pictures that `file` lists. Throws EngineError 'list-unreadable'. */
export async function readImageList(file: string, table: ImageTable, root: string): Promise<Int32Array> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw fail('list-unreadable', code === 'ENOENT' ? 'The list does not exist' : `The list cannot be read (${code})`, {
      file, expected: 'a text file with one path per line, relative to the data set', next: 'Check the path',
    });
  }
  return parseImageList(text, table, { file, root });
}
