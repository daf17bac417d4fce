/**
 * Pictures in parquet files, for threads that read synchronously. DuckDB answers only to those who can wait, so it works in a thread of its own,
 * started when the first such picture is asked for; whoever needs a picture sleeps until it is there, or asks ahead and finds it ready.
 */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { ImageSkip } from '../../core/images/skip-reason';
import { checkImageBytes } from '../../core/images/image-limits';
import { readPlace } from '../datasets/picture-place';

/** What the picture thread (workers/picture-thread.ts) is started with. */
export interface PictureThreadData {
  readonly port: MessagePort;
  /** Goes up with every answer. */
  readonly answered: Int32Array;
}

export interface PictureQuestion {
  readonly id: number;
  readonly file: string;
  readonly row: number;
  readonly column: readonly string[];
}

/** `bytes` null: the row has no picture. `failure`: why the file could not be read. */
export type PictureAnswer =
  | { readonly id: number; readonly bytes: Uint8Array | null }
  | { readonly id: number; readonly failure: string };

/** Longest wait for one picture; a row group of gigabytes on a slow disk is no reason to hang for ever. */
const longest = 120_000;

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly answered: Int32Array;
}

export class RowPictures {
  private thread: Thread | null = null;
  private nextId = 1;
  /** Asked and not taken, by the picture's place. */
  private asked = new Map<string, number>();
  private readonly answers = new Map<number, PictureAnswer>();

  /** @param script the built picture thread */
  constructor(private readonly script: string) {}

  /** Begins to read these pictures and forgets what was asked before and not taken. */
  ask(paths: readonly string[]): void {
    this.asked.clear();
    this.answers.clear();
    for (const path of paths) this.send(path);
  }

  /** A picture's bytes. Sleeps until they are there. Throws ImageSkip. */
  take(path: string): Uint8Array {
    const id = this.asked.get(path) ?? this.send(path);
    const answer = this.wait(id);
    this.asked.delete(path);
    this.answers.delete(id);
    if ('failure' in answer) throw new ImageSkip('unreadable', answer.failure);
    if (answer.bytes === null) throw new ImageSkip('unreadable', 'The row of the parquet file holds no picture.');
    checkImageBytes(answer.bytes.length);
    return answer.bytes;
  }

  /** Ends the thread, if it was started. */
  async close(): Promise<void> {
    const { thread } = this;
    this.thread = null;
    if (thread === null) return;
    const ended = new Promise((resolve) => thread.worker.once('exit', resolve));
    // Nothing else keeps the thread.
    thread.port.close();
    await ended;
  }

  private send(path: string): number {
    const place = readPlace(path);
    if (place.kind !== 'row') throw new Error(`no row of a parquet file: ${path}`);
    const id = this.nextId++;
    this.asked.set(path, id);
    this.thread ??= this.start();
    this.thread.port.postMessage({ id, file: place.file, row: place.row, column: place.column } satisfies PictureQuestion);
    return id;
  }

  private wait(id: number): PictureAnswer {
    const thread = this.thread ??= this.start();
    for (;;) {
      const before = Atomics.load(thread.answered, 0);
      for (let found = receiveMessageOnPort(thread.port); found !== undefined; found = receiveMessageOnPort(thread.port)) {
        // The thread is this program: it answers with PictureAnswer.
        const answer = found.message as PictureAnswer;
        this.answers.set(answer.id, answer);
      }
      const answer = this.answers.get(id);
      if (answer !== undefined) return answer;
      if (Atomics.wait(thread.answered, 0, before, longest) === 'timed-out') return { id, failure: 'The parquet file could not be read in time.' };
    }
  }

  private start(): Thread {
    const { port1, port2 } = new MessageChannel();
    const answered = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(this.script, { workerData: { port: port2, answered } satisfies PictureThreadData, transferList: [port2] });
    // It lives as long as whoever asks.
    worker.unref();
    port1.unref();
    return { worker, port: port1, answered };
  }
}

let pictures: RowPictures | null = null;

/** Says where the built picture thread is; called once by the entry of a thread that reads pictures. */
export function readRowsWith(script: string): RowPictures {
  pictures = new RowPictures(script);
  return pictures;
}

/** This thread's reader of parquet pictures. Throws when the thread's entry did not say where it is. */
export function rowPictures(): RowPictures {
  if (pictures === null) throw new Error('this thread reads no pictures from parquet files');
  return pictures;
}
