/** Entry of the thread that reads pictures out of parquet files for a worker, one after another in the order in which they are asked for. */
import { workerData } from 'node:worker_threads';
import { EngineError } from '../../../shared/failure';
import type { PictureAnswer, PictureQuestion, PictureThreadData } from '../decode/row-pictures';
import { ParquetReader, type ParquetColumn } from '../store/parquet-reader';

// Started by row-pictures.ts alone, which gives it this.
const { port, answered } = workerData as PictureThreadData;
const files = new Set<string>();
let reader: Promise<ParquetReader> | null = null;
let last: Promise<void> = Promise.resolve();

/** A reader that may read `file`: which files it may read is settled when it is opened, so a new file means a new one. */
async function readerOf(file: string): Promise<ParquetReader> {
  if (reader === null || !files.has(file)) {
    const old = reader;
    reader = null;
    (await old)?.close();
    files.add(file);
    reader = ParquetReader.open([...files]);
    reader.catch(() => { reader = null; });
  }
  return reader;
}

async function answer({ id, file, row, column }: PictureQuestion): Promise<PictureAnswer> {
  const [name = '', field] = column;
  const wanted: ParquetColumn = field === undefined ? [name] : [name, field];
  try {
    return { id, bytes: await (await readerOf(file)).picture(file, wanted, row) };
  } catch (error) {
    return { id, failure: `${error instanceof EngineError ? error.failure.what : String(error)}.` };
  }
}

port.on('message', (question: PictureQuestion) => {
  last = last.then(async () => {
    port.postMessage(await answer(question));
    Atomics.add(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
});
