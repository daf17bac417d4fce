/** DuckDB's messages as failures that a user can act on. Pure; what is not recognised stays the bug or accident that it is. */
import { EngineError, fail } from '../../../shared/failure';
import { isUnwritable, unwritableFailure } from './in-place';

export interface LockHolder {
  readonly pid: number;
  /** The holder's command line, where the system tells it. */
  readonly command: string | null;
}

/** The process that holds the lock, from DuckDB's "Conflicting lock is held in PROGRAM (PID 12)"; null when it is not named. */
export function lockHolderPid(message: string): number | null {
  const found = /\(PID (\d+)\)/.exec(message);
  return found?.[1] === undefined ? null : Number(found[1]);
}

/** True for DuckDB's lock conflict on Linux and macOS ("Could not set lock") and on Windows ("already open"). */
export function isLockConflict(message: string): boolean {
  return /Could not set lock on file|File is already open in|being used by another process/.test(message);
}

/** True when a write failed for want of space (also a quota or a file size limit: "File too large"). */
export function isDiskFull(message: string): boolean {
  return /No space left on device|File too large|Disk quota exceeded|not enough space on the disk|ENOSPC|EDQUOT|EFBIG/i.test(message);
}

export function lockedFailure(file: string, holder: LockHolder | null): EngineError {
  const who = holder === null ? 'another process' : `process ${holder.pid}${holder.command === null ? '' : ` (${holder.command})`}`;
  return fail('workspace-locked', `The workspace is in use by ${who}`, {
    file,
    expected: 'one process at a time for a workspace',
    next: 'Close it there or wait until it ends, or work in another workspace and merge the two later (command line: --workspace OTHER, then bitlog2 merge OTHER --into THIS)',
  });
}

/** What could not be opened, as a failure. Unrecognised messages are given back as "cannot be opened" with DuckDB's words. */
export function openFailure(message: string, file: string, holder: LockHolder | null): EngineError {
  if (isLockConflict(message)) return lockedFailure(file, holder);
  if (isDiskFull(message)) return diskFullFailure(file);
  if (/not a valid DuckDB database file|Could not read from file .*Is a directory/.test(message)) {
    return fail('workspace-invalid', 'The file is not a workspace', {
      file,
      expected: 'a workspace made by this program (a DuckDB database), or a path where no file exists yet',
      next: 'Choose another file: --workspace OTHER',
    });
  }
  if (/version number|newer version of DuckDB|older version of DuckDB/.test(message)) {
    return fail('workspace-newer', 'The workspace was written by a newer version of the program', {
      file,
      place: firstLine(message),
      next: 'Update the program, or use another file: --workspace OTHER',
    });
  }
  if (isDamage(message)) return damagedFailure(file, message);
  return fail('workspace-missing', 'The workspace cannot be opened', {
    file,
    place: firstLine(message),
    expected: 'a file in a folder that can be read and written',
    next: 'Check the path and its permissions, or use another file: --workspace OTHER',
  });
}

/** True for DuckDB's words about a file whose blocks are not what was written: its checksums tell before anything is made of them. */
function isDamage(message: string): boolean {
  return /Corrupt database file|Could not read enough bytes|Serialization Error|Failure while replaying WAL/i.test(message);
}

function damagedFailure(file: string, message: string): EngineError {
  return fail('workspace-invalid', 'The workspace is damaged', {
    file,
    place: firstLine(message),
    expected: 'a complete workspace file, and its .wal file beside it if there is one',
    next: 'Restore it from a copy, or start another: --workspace OTHER',
  });
}

export function diskFullFailure(file: string): EngineError {
  return fail('disk-full', 'There is no space left for the workspace', {
    file,
    expected: 'free space on the disk of the workspace',
    next: 'Every batch finished before this one is kept. Free some space and run the same command with --resume, or use another disk: --workspace OTHER',
  });
}

/** An error of a statement: a full disk, a file that cannot be written any more and a damaged one become failures (parts of a file are read only when they are asked for), everything else is passed on unchanged. */
export function statementError(error: unknown, file: string): unknown {
  if (error instanceof EngineError || !(error instanceof Error)) return error;
  if (isDiskFull(error.message)) return diskFullFailure(file);
  if (isUnwritable(error.message)) return unwritableFailure(file, error.message);
  return isDamage(error.message) ? damagedFailure(file, error.message) : error;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
