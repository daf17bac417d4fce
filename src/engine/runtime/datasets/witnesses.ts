/**
 * What a listing depends on: every folder, archive and label file that was looked at, each with its size and the time of its last change. A folder's time
 * changes when anything in it comes, goes or is renamed, so looking at the folders alone shows whether the listing still holds.
 */
import { statSync } from 'node:fs';

export interface Witness {
  readonly path: string;
  /** Milliseconds of the last change and size; null: there was nothing. */
  readonly seen: { readonly changed: number; readonly size: number } | null;
}

/** File systems keep times in steps of up to two seconds: what changed so shortly before it was read may change again unseen. */
const unsureMilliseconds = 2000;

function look(path: string): Witness['seen'] {
  const found = statSync(path, { throwIfNoEntry: false });
  // A folder's size says nothing, and differs between file systems for the same names.
  return found === undefined ? null : { changed: found.mtimeMs, size: found.isDirectory() ? 0 : found.size };
}

/** Gathers witnesses while something is listed. */
export class WitnessBook {
  private readonly seen = new Map<string, Witness>();

  readonly note = (path: string): void => {
    if (!this.seen.has(path)) this.seen.set(path, { path, seen: look(path) });
  };

  get witnesses(): readonly Witness[] {
    return [...this.seen.values()];
  }
}

/** Whether everything is as it was. `listed`: milliseconds when the listing began. */
export function stillTrue(witnesses: readonly Witness[], listed: number): boolean {
  try {
    return witnesses.every(({ path, seen }) => {
      if (seen !== null && seen.changed > listed - unsureMilliseconds) return false;
      const now = look(path);
      return now === null || seen === null ? now === seen : now.changed === seen.changed && now.size === seen.size;
    });
  } catch {
    // A folder that may not be looked at any more: listing it says so.
    return false;
  }
}
