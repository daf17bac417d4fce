import { readFileSync } from 'node:fs';
import { readShellState, type ShellState } from '../shared/shell-state';
import { writeWholeNow } from './write-whole';

export interface StateFile {
  readonly current: ShellState;
  /** Changes some fields and writes the file before it returns. Never throws: where it cannot be written (a full disk), the change lasts until the end of the program. */
  update(change: Partial<ShellState>): void;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // No file yet, or not ours any more: settings of the window are not worth a failed start.
    return undefined;
  }
}

/** Opens the shell's state; whatever cannot be read takes its default. `unwritten` hears why a change could not be written. */
export function openStateFile(file: string, unwritten: (problem: string) => void): StateFile {
  let current = readShellState(readJson(file));
  return {
    get current() {
      return current;
    },
    update(change) {
      current = { ...current, ...change };
      try {
        writeWholeNow(file, `${JSON.stringify(current, null, 2)}\n`);
      } catch (error) {
        // Neither a dialog nor the closing of a window may fail for it.
        unwritten(error instanceof Error ? error.message : String(error));
      }
    },
  };
}
