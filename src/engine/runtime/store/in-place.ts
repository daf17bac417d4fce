/**
 * Whether the workspace under its name is still the file that was opened. Systems let a program write on into a file that was deleted, or moved away
 * with its folder, and nobody hears that nothing of it will be found again.
 */
import { statSync } from 'node:fs';
import { fail, type EngineError } from '../../../shared/failure';

/** Device and number of the file; null when there is none, or its folder cannot be looked into. Windows lets nobody take an open file away, and not all of its file systems number files. */
function identity(file: string): string | null {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return process.platform === 'win32' ? 'there' : `${dev} ${ino}`;
  } catch {
    return null;
  }
}

export class InPlace {
  private readonly opened: string | null;
  private writable = true;

  /** Right after `file` was opened. */
  constructor(private readonly file: string) {
    this.opened = identity(file);
  }

  /** False once writing to it failed for good, and while another file or none is at its place. */
  get holds(): boolean {
    return this.writable && identity(this.file) === this.opened;
  }

  /** True when there is no file at all under its name. */
  get gone(): boolean {
    return this.opened !== null && identity(this.file) === null;
  }

  /** Before something is written. Throws 'workspace-missing' when it would be lost. */
  check(): void {
    if (identity(this.file) !== this.opened) throw goneFailure(this.file);
  }

  /** The system refused a write: the file has to be opened again. */
  lose(): void {
    this.writable = false;
  }
}

const next = 'Everything stored before is in the file: put it back (or its drive, or its permissions), open it again and continue the run, which goes on from its last stored batch';

export function goneFailure(file: string): EngineError {
  return fail('workspace-missing', 'The workspace is not at its place any more', { file, expected: 'the file that was opened', next });
}

/** @param message what the system said */
export function unwritableFailure(file: string, message: string): EngineError {
  return fail('workspace-missing', 'The workspace cannot be written any more', { file, place: message.split('\n', 1)[0] ?? message, expected: 'a file that can be read and written as long as it is open', next });
}

/** True for what systems say of a drive that went away, a right that was taken away, or a file system that became read-only. */
export function isUnwritable(message: string): boolean {
  return /Permission denied|Operation not permitted|Read-only file system|Input\/output error|Stale file handle|No such device|Transport endpoint is not connected|The device is not ready|\b(EACCES|EPERM|EROFS|EIO|ESTALE)\b/i.test(message);
}
