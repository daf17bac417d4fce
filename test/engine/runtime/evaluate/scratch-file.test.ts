import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScratchFile } from '../../../../src/engine/runtime/evaluate/scratch-file';
import { scratchFileSystem, type ScratchFileSystem } from '../../../../src/engine/runtime/evaluate/scratch-file-system';
import { failureOf } from '../../../helpers/failure-of';

const quiet = (): void => undefined;
const floats = (length: number, first: number): Float32Array => Float32Array.from({ length }, (_, i) => first + i);
let folder: string;

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bitlog2-scratch-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const place = (files: Partial<ScratchFileSystem> = {}) => ({ folder, files: { ...scratchFileSystem, ...files } });

/** The failure of `work`, or null. */
describe('ScratchFile', () => {
  it('gives back what was written, in parts or whole, however the system cuts reads and writes', () => {
    const short = place({
      write: (file, bytes, position) => scratchFileSystem.write(file, bytes.subarray(0, 1001), position),
      read: (file, into, position) => scratchFileSystem.read(file, into.subarray(0, 77), position),
    });
    for (const each of [place(), short]) {
      const file = new ScratchFile(each);
      file.write(floats(3000, 0), 4000, quiet);
      file.write(floats(500, 9000), 20000, quiet);
      const into = new Float32Array(500);
      file.read(into, 20000);
      expect(into).toEqual(floats(500, 9000));
      file.read(into, 4000 + 4 * 2500);
      expect(into).toEqual(floats(500, 2500));
      file.write(floats(100, -5), 20000, quiet);
      file.read(into, 20000);
      expect(into).toEqual(Float32Array.of(...floats(100, -5), ...floats(400, 9100)));
      expect(() => file.read(into, 21000)).toThrow('shorter than what was written');
      file.close();
    }
  });

  it('makes no file before the first write, and leaves none behind', () => {
    const calls: string[] = [];
    const file = new ScratchFile(place({
      create: (path) => {
        calls.push(`create ${path}`);
        return scratchFileSystem.create(path);
      },
      remove: (path) => {
        calls.push(`remove ${path}`);
        scratchFileSystem.remove(path);
      },
    }));
    file.require(1000);
    expect(calls).toEqual([]);
    file.write(floats(10, 0), 0, quiet);
    expect(calls).toEqual([expect.stringContaining(`create ${folder}`)]);
    // Where the system allows it the file has no name while it is used.
    if (process.platform === 'linux') expect(readdirSync(folder)).toEqual([]);
    file.close();
    file.close();
    expect(calls).toHaveLength(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('asks whether there is enough space, with folder, bytes and way out', () => {
    const file = new ScratchFile(place({ freeBytes: () => 5e6 }));
    file.write(floats(250_000, 0), 0, quiet);
    expect(failureOf(() => file.require(5e6))).toBeNull();
    expect(failureOf(() => file.require(2.5e9))).toEqual({
      kind: 'disk-full',
      what: 'There is no space left for the calibration',
      file: folder,
      expected: '2.5 GB for its temporary file; 5.0 MB are there',
      next: expect.stringContaining('--workspace OTHER'),
    });
    file.close();
    expect(failureOf(() => new ScratchFile(place({ freeBytes: () => null })).require(1e18))).toBeNull();
    expect(failureOf(() => new ScratchFile({ folder: join(folder, 'absent'), files: scratchFileSystem }).require(1e18))).toBeNull();
  });

  it.each(['ENOSPC: no space left on device, write', 'EDQUOT: disk quota exceeded, write'])('a write that fails with %s is a full disk', (message) => {
    let writes = 0;
    const file = new ScratchFile(place({
      freeBytes: () => 0,
      write: (...args) => {
        if (++writes > 1) throw new Error(message);
        return scratchFileSystem.write(...args);
      },
    }));
    file.write(floats(100, 0), 0, quiet);
    expect(failureOf(() => file.write(floats(100, 0), 0, quiet))).toMatchObject({ kind: 'disk-full', file: folder, expected: expect.stringContaining('; 0.0 MB are there') });
    file.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says when the folder cannot be written at all', () => {
    const file = new ScratchFile({ folder: join(folder, 'absent'), files: scratchFileSystem });
    expect(failureOf(() => file.write(floats(1, 0), 0, quiet))).toMatchObject({ kind: 'disk-full', what: 'The calibration cannot make its temporary file', file: expect.stringContaining('absent') });
    file.close();
  });

  it('sees a stop within a long write', () => {
    const file = new ScratchFile(place());
    let polls = 0;
    file.write(floats(5e6, 0), 0, () => void polls++);
    expect(polls).toBeGreaterThanOrEqual(4);
    file.close();
  });
});
