/** A temporary file for what does not fit in memory. It is made when something is written first. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fail, type EngineError } from '../../../shared/failure';
import { isDiskFull } from '../store/store-failures';
import type { ScratchFileSystem } from './scratch-file-system';

export interface ScratchPlace {
  /** Where the file is made. */
  readonly folder: string;
  readonly files: ScratchFileSystem;
}

/** Written at once: between two of these a stop is seen. */
const PIECE_BYTES = 4 << 20;

export class ScratchFile {
  private open: { readonly path: string; readonly file: number } | null = null;

  constructor(private readonly place: ScratchPlace) {}

  /** Refuses when the disk has not got `more` bytes. Throws 'disk-full'. Where the system does not tell, the first write that fails does. */
  require(more: number): void {
    const free = this.place.files.freeBytes(this.place.folder);
    if (free !== null && free < more) throw scratchFull(this.place.folder, more, free);
  }

  /** `poll` may throw to stop. Throws 'disk-full'. */
  write(data: Float32Array, offset: number, poll: () => void): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const { files, folder } = this.place;
    const file = this.file();
    try {
      let done = 0;
      while (done < bytes.length) {
        poll();
        done += files.write(file, bytes.subarray(done, done + PIECE_BYTES), offset + done);
      }
    } catch (error) {
      if (error instanceof Error && isDiskFull(error.message)) throw scratchFull(folder, bytes.length, files.freeBytes(folder));
      throw error;
    }
  }

  /** Fills `into` with what was written there. */
  read(into: Float32Array, offset: number): void {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    const file = this.file();
    let done = 0;
    while (done < bytes.length) {
      const count = this.place.files.read(file, bytes.subarray(done), offset + done);
      if (count === 0) throw new Error('the scratch file is shorter than what was written');
      done += count;
    }
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
      if (!(error instanceof Error)) throw error;
      throw isDiskFull(error.message) ? scratchFull(folder, 0, files.freeBytes(folder)) : fail('disk-full', 'The calibration cannot make its temporary file', { file: path, place: error.message, expected: 'a folder that can be written', next });
    }
    return this.open.file;
  }
}

const next = 'Free some space, calibrate on fewer images (--calib-batchsize 32 needs no file) or with fewer workers, or keep the workspace on another disk: --workspace OTHER';

/** Bytes for people: 2.7 GB, 0.3 MB. */
export const sizeText = (bytes: number): string => (bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);

/** What a calibration says when its folder has too little space. */
export function scratchFull(folder: string, needed: number, free: number | null): EngineError {
  return fail('disk-full', 'There is no space left for the calibration', {
    file: folder,
    expected: `${needed === 0 ? 'space' : sizeText(needed)} for its temporary file${free === null ? '' : `; ${sizeText(free)} are there`}`,
    next,
  });
}
