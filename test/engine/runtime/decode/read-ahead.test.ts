import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ReadAhead } from '../../../../src/engine/runtime/decode/read-ahead';

const folder = mkdtempSync(join(tmpdir(), 'read-ahead-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

it('gives the bytes of files that are not read yet, and of files it was never told of', () => {
  const ahead = new ReadAhead();
  const [known, unknown] = [file('known', Uint8Array.of(1, 2, 3)), file('unknown', Uint8Array.of(4))];
  void ahead.begin([known]);
  expect([...ahead.take(known)]).toEqual([1, 2, 3]);
  expect([...ahead.take(unknown)]).toEqual([4]);
});

it('has read the files before they are taken', async () => {
  const ahead = new ReadAhead();
  const [first, second] = [file('first', Uint8Array.of(5, 6)), file('second', new Uint8Array(200_000).fill(7))];
  await ahead.begin([first, second]);
  // The change is not seen: the file has been read.
  writeFileSync(second, Uint8Array.of(0));
  expect(ahead.take(second)).toEqual(new Uint8Array(200_000).fill(7));
  rmSync(first);
  expect([...ahead.take(first)]).toEqual([5, 6]);
});

it('leaves it to the moment of taking to say what is wrong', async () => {
  const ahead = new ReadAhead();
  await ahead.begin([join(folder, 'missing'), folder]);
  expect(() => ahead.take(join(folder, 'missing'))).toThrow(expect.objectContaining({ reason: 'unreadable', detail: 'The file is no longer there.' }));
  expect(() => ahead.take(folder)).toThrow(expect.objectContaining({ reason: 'unreadable', detail: 'The path is a folder.' }));
});

it('lets go of what was not taken', async () => {
  const ahead = new ReadAhead();
  const path = file('passed-over', Uint8Array.of(1));
  await ahead.begin([path]);
  void ahead.begin([]);
  writeFileSync(path, Uint8Array.of(2));
  expect([...ahead.take(path)]).toEqual([2]);
});
