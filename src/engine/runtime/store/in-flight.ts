/**
 * What is being worked on, in a small file beside the workspace: when the program ends without saying so, the next one to open the
 * workspace finds there which batches it died over. A file of its own because a transaction for every task would cost the workers; it is
 * not flushed to the disk, since a machine that loses its power says nothing about a batch.
 */
import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';

/** Batch number of a run's calibration. */
export const calibrationBatch = -1;

export interface InFlightEntry {
  readonly runId: string;
  readonly batches: readonly number[];
}

export const inFlightFile = (workspace: string): string => `${workspace}.inflight`;

/** Endings after which nothing in flight is to blame: a person asked for them (130: Ctrl+C twice). */
const askedFor = new Set([0, 130]);

export class InFlight {
  private readonly file: string;
  private descriptor: number | null = null;
  /** By run; a batch is there as often as it was begun. */
  private readonly work = new Map<string, Set<number>>();

  constructor(workspace: string) {
    this.file = inFlightFile(workspace);
    process.on('exit', this.onExit);
  }

  /** These batches are handed to workers. */
  begin(runIds: readonly string[], batches: readonly number[]): void {
    for (const runId of runIds) {
      const known = this.work.get(runId) ?? new Set<number>();
      for (const batch of batches) known.add(batch);
      this.work.set(runId, known);
    }
    this.write();
  }

  /** They are done, or given back: nobody works on them any more. */
  end(runIds: readonly string[], batches: readonly number[]): void {
    for (const runId of runIds) {
      const known = this.work.get(runId);
      for (const batch of batches) known?.delete(batch);
      if (known?.size === 0) this.work.delete(runId);
    }
    this.write();
  }

  /** Nothing is in flight, and the file goes. */
  close(): void {
    process.off('exit', this.onExit);
    this.remove();
  }

  private readonly onExit = (code: number): void => {
    if (askedFor.has(code)) this.remove();
  };

  private remove(): void {
    if (this.descriptor === null) return;
    closeSync(this.descriptor);
    this.descriptor = null;
    rmSync(this.file, { force: true });
  }

  /** One line, over the one before: a process that dies in between leaves one of the two, and the rest of a longer one behind it. */
  private write(): void {
    const line = `${[...this.work].map(([runId, batches]) => [runId, ...batches].join(' ')).join(',')}\n`;
    try {
      this.descriptor ??= openSync(this.file, 'w');
      writeSync(this.descriptor, line, 0);
      ftruncateSync(this.descriptor, Buffer.byteLength(line));
    } catch (error) {
      // A disk that is full, a folder that is gone: the next commit says so in words. Without this line a crash has nobody to blame, that is all.
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }
}

/** What a program that ended left in flight. Nothing when there is no file, or it cannot be understood: it only ever makes a batch suspect. */
export function leftInFlight(workspace: string): readonly InFlightEntry[] {
  const file = inFlightFile(workspace);
  if (!existsSync(file)) return [];
  const [line = ''] = readFileSync(file, 'utf8').split('\n', 1);
  return line.split(',').flatMap((entry) => {
    const [runId = '', ...batches] = entry.split(' ');
    const numbers = batches.map(Number);
    return runId === '' || !numbers.every((batch) => Number.isInteger(batch) && batch >= calibrationBatch) ? [] : [{ runId, batches: numbers }];
  });
}

/** Once what it says is in the workspace. */
export function forgetInFlight(workspace: string): void {
  rmSync(inFlightFile(workspace), { force: true });
}
