/** Files that are there twice, and files that cannot be read: a few happen, many are a fault of the copy on disk. */
import { wilsonInterval } from '../metrics/wilson-interval';

/** Named as a fault when surely more than this share of the pictures is concerned. */
const tolerated = 0.02;
const named = 6;

export interface FileTrouble {
  readonly count: number;
  readonly files: readonly string[];
  readonly fault: boolean;
}

/** Null when there is nothing to say. */
export function fileTrouble(files: readonly string[], of: number): FileTrouble | null {
  if (files.length === 0) return null;
  return { count: files.length, files: files.slice(0, named), fault: wilsonInterval(files.length, of)[0] > tolerated };
}

/** Files whose bytes an earlier one has; digests by file, '' for unknown. */
export function repeats(files: readonly string[], digests: readonly string[]): string[] {
  const seen = new Set<string>();
  return files.filter((_, index) => {
    const digest = digests[index] ?? '';
    if (digest === '') return false;
    if (seen.has(digest)) return true;
    seen.add(digest);
    return false;
  });
}
