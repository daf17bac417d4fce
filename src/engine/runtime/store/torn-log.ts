/** The end of DuckDB's log after a loss of power: some file systems lengthen a file before they write it, so that zeros or rubble follow the last whole entry. */
import { closeSync, copyFileSync, fsyncSync, ftruncateSync, openSync, readFileSync, statSync } from 'node:fs';

/** Not even a large transaction of batches is longer: what begins earlier is damage, not a torn end. */
const longestEnd = 1_000_000;

/** Each entry begins with its length and its checksum; DuckDB names the byte behind them. */
const entryHead = 16;

/** Byte at which the first entry begins that could not be replayed, from DuckDB's "Corrupt WAL file: entry at byte position N ..."; null for other messages. */
export function tornAt(message: string, workspace: string): number | null {
  // A log of which nothing was written but its length.
  if (/Invalid WAL entry type/.test(message)) return readFileSync(`${workspace}.wal`).every((byte) => byte === 0) ? 0 : null;
  const found = /Corrupt WAL file: entry at byte position (\d+)/.exec(message);
  return found?.[1] === undefined ? null : Math.max(0, Number(found[1]) - entryHead);
}

/**
 * Cuts the log of a workspace where its whole entries end; what lay behind is kept beside it (`.wal.torn`). Nothing acknowledged is lost:
 * a transaction is acknowledged once its whole entry is on the disk. Answers whether it did.
 */
export function cutTornEnd(workspace: string, position: number): boolean {
  const log = `${workspace}.wal`;
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (position >= size || size - position > longestEnd) return false;
  copyFileSync(log, `${log}.torn`);
  const descriptor = openSync(log, 'r+');
  try {
    ftruncateSync(descriptor, position);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return true;
}
