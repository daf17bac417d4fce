import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { readShellState, type ShellState } from '../shared/shell-state';

export interface StateFile {
  readonly current: ShellState;
  /** Changes some fields and writes the file before it returns. */
  update(change: Partial<ShellState>): void;
}

/** Either the old or the new file survives a crash, never half of one. */
function writeAtomically(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  const handle = openSync(fresh, 'w');
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // No file yet, or not ours any more: settings of the window are not worth a failed start.
    return undefined;
  }
}

/** Opens the shell's state; whatever cannot be read takes its default. */
export function openStateFile(file: string): StateFile {
  let current = readShellState(readJson(file));
  return {
    get current() {
      return current;
    },
    update(change) {
      current = { ...current, ...change };
      writeAtomically(file, `${JSON.stringify(current, null, 2)}\n`);
    },
  };
}
