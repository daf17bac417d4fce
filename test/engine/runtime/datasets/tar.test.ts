/** Tar archives that are cut off, changed or hostile: every one is either listed or refused with file and place. */
import * as fc from 'fast-check';
import { mkdtempSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTarHeader } from '../../../../src/engine/core/datasets/tar-header';
import { listDataset } from '../../../../src/engine/runtime/datasets/list-dataset';
import { placeText, readPlace, writePlace, writeRow } from '../../../../src/engine/runtime/datasets/picture-place';
import { indexTar, type TarMember } from '../../../../src/engine/runtime/datasets/tar-index';
import { EngineError, type Failure } from '../../../../src/shared/failure';
import { tarBytes } from '../../../helpers/tar-bytes';

let root: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tar-'));
  file = join(root, 'val.tar');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const data = new Uint8Array(700).fill(7);
const inner = tarBytes([{ name: 'n01440764_1.JPEG', data }]);
const whole = tarBytes([{ name: 'a.JPEG', data }, { name: 'n01440764.tar', data: inner }, { name: 'b.JPEG', data: new Uint8Array(0) }]);

async function index(bytes: Uint8Array): Promise<readonly TarMember[] | Failure> {
  writeFileSync(file, bytes);
  return indexTar(file, { checkStop: () => undefined, onMembers: () => undefined }).catch((error: unknown) => {
    if (error instanceof EngineError) return error.failure;
    throw error;
  });
}

describe('an archive', () => {
  it('is listed by its headers, inner archives included', async () => {
    expect(await index(whole)).toMatchObject([{ name: 'a.JPEG', offset: 512, size: 700 }, { name: 'n01440764.tar/n01440764_1.JPEG', size: 700 }, { name: 'b.JPEG', size: 0 }]);
  });

  it('that is cut off anywhere is refused, and never listed shorter than it was', async () => {
    // The two blocks of zeros at the end are the mark; the last of them may be missing.
    for (let length = 0; length <= whole.length - 1024; length += 64) {
      expect(await index(whole.subarray(0, length)), `cut at ${length}`).toMatchObject({ kind: 'dataset-unreadable', file, place: expect.stringMatching(/byte \d+$/) as string, expected: 'a complete tar archive', next: expect.any(String) as string });
    }
  });

  it('with a name twice is refused', async () => {
    expect(await index(tarBytes([{ name: 'a.JPEG', data }, { name: './a.JPEG', data }]))).toMatchObject({ kind: 'dataset-unreadable', what: 'The archive holds two files of one name', place: 'a.JPEG, at bytes 512 and 2048' });
  });

  it('of any bytes is listed within its own bounds, or refused with file and place', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }), fc.nat(whole.length), async (changes, length) => {
      const bytes = whole.slice(0, length);
      for (const [at, value] of changes) if (at < length) bytes[at] = value;
      const found = await index(bytes);
      if ('kind' in found) expect(found).toMatchObject({ kind: 'dataset-unreadable', file, place: expect.any(String) as string });
      else for (const { name, offset, size } of found) expect([offset + size <= length, name.split('/').includes('..'), name.startsWith('/')]).toEqual([true, false, false]);
    }), { numRuns: 150 });
    fc.assert(fc.property(fc.uint8Array({ minLength: 512, maxLength: 512 }), (block) => { expect(readTarHeader(block).kind).toMatch(/end|damaged|file|folder|long-name|pax|other/); }));
  });
});

describe('links', () => {
  it('that go in circles end, whatever they are called', async () => {
    mkdirSync(join(root, 'val/a'), { recursive: true });
    writeFileSync(join(root, 'val/a/1.png'), '');
    symlinkSync(root, join(root, 'val/a/up'));
    symlinkSync('loop', join(root, 'val/loop'));
    const { val, said } = await listDataset(root);
    expect([val.count, said.find(({ key }) => key === 'dataset.circularLinks')]).toEqual([1, { key: 'dataset.circularLinks', folders: ['val/a/up'] }]);
    rmSync(join(root, 'val'), { recursive: true });
    symlinkSync('.', join(root, 'val'));
    await expect(listDataset(root)).rejects.toBeInstanceOf(EngineError);
  });
});

describe('places of pictures', () => {
  it('come back from their texts, and can be read', () => {
    const path = fc.string({ minLength: 1 }).map((text) => text.replaceAll('\0', ''));
    fc.assert(fc.property(path, fc.nat(), fc.nat(), (archive, offset, length) => {
      expect(readPlace(archive)).toEqual({ kind: 'file', file: archive });
      expect(readPlace(writePlace(archive, offset, length))).toEqual({ kind: 'stretch', file: archive, offset, length });
      expect(readPlace(writeRow(archive, offset, ['image', 'bytes']))).toEqual({ kind: 'row', file: archive, row: offset, column: ['image', 'bytes'] });
      for (const place of [archive, writePlace(archive, offset, length), writeRow(archive, offset, ['jpg'])]) expect(placeText(place)).not.toContain('\0');
    }));
  });
});
