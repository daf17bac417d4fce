/** A temporary file for what does not fit in memory: parts of it are taken, written, read and given back. Made when the first part is written. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fail, type EngineError } from '../../../shared/failure';
import { FreeSpace } from '../../core/calibration/free-space';
import { isDiskFull } from '../store/store-failures';
import type { ScratchFileSystem } from './scratch-file-system';

export interface ScratchPlace {
  /** Where the file is made. */
  readonly folder: string;
  readonly files: ScratchFileSystem;
}

/** A part of the file that is in use. */
export interface ScratchPart {
  readonly offset: number;
  readonly bytes: number;
}

/** Written at once: between two of these a stop is seen. */
const PIECE_BYTES = 4 << 20;

export class ScratchFile {
  private readonly space = new FreeSpace();
  private open: { readonly path: string; readonly file: number } | null = null;

  constructor(private readonly place: ScratchPlace) {}

  /** Bytes that the file has grown to. */
  get bytes(): number {
    return this.space.end;
  }

  /**
   * Refuses when the file will have to grow to `bytes` and the disk has not got them. Throws 'disk-full'.
   * Where the system does not tell, the first write that fails does.
   */
  require(bytes: number): void {
    const free = this.place.files.freeBytes(this.place.folder);
    if (free !== null && free + this.bytes < bytes) throw scratchFull(this.place.folder, bytes, free + this.bytes);
  }

  /** Writes `data` into a part of its own. `poll` may throw to stop. Throws 'disk-full'. */
  write(data: Float32Array, poll: () => void): ScratchPart {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const part = { offset: this.space.take(bytes.length), bytes: bytes.length };
    const { files, folder } = this.place;
    try {
      const file = this.file();
      let done = 0;
      while (done < bytes.length) {
        poll();
        done += files.write(file, bytes.subarray(done, done + PIECE_BYTES), part.offset + done);
      }
    } catch (error) {
      if (error instanceof Error && isDiskFull(error.message)) throw scratchFull(folder, this.bytes, files.freeBytes(folder));
      throw error;
    }
    return part;
  }

  /** Fills `into` from a part, `skip` bytes behind its start. */
  read({ offset }: ScratchPart, skip: number, into: Float32Array): void {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    const file = this.file();
    let done = 0;
    while (done < bytes.length) {
      const count = this.place.files.read(file, bytes.subarray(done), offset + skip + done);
      if (count === 0) throw new Error('the scratch file is shorter than what was written');
      done += count;
    }
  }

  free({ offset, bytes }: ScratchPart): void {
    this.space.give(offset, bytes);
  }

  /** Removes the file. */
  close(): void {
    if (this.open === null) return;
    const { path, file } = this.open;
    this.open = null;
    this.place.files.close(file);
    this.place.files.remove(path);
  }

  private file(): number {
    if (this.open !== null) return this.open.file;
    const { folder, files } = this.place;
    const path = join(folder, `bitlog2-calibration-${randomUUID()}.tmp`);
    try {
      this.open = { path, file: files.create(path) };
    } catch (error) {
      if (!(error instanceof Error) || isDiskFull(error.message)) throw error;
      throw fail('disk-full', 'The calibration cannot make its temporary file', { file: path, place: error.message, expected: 'a folder that can be written', next });
    }
    return this.open.file;
  }
}

const next = 'Free some space, calibrate on fewer images (--calib-batchsize 32 needs no file), or keep the workspace on another disk: --workspace OTHER';

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 1)} GB`;

/** What a calibration says when its folder has too little space. */
export function scratchFull(folder: string, needed: number, free: number | null): EngineError {
  return fail('disk-full', 'There is no space left for the calibration', {
    file: folder,
    expected: `${gigabytes(needed)} for its temporary file${free === null ? '' : `, of which ${gigabytes(free)} are there`}`,
    next,
  });
}
