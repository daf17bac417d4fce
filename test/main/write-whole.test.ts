import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWhole as ofEngine } from '../../src/engine/runtime/write-whole';
import { writeWhole, writeWholeNow } from '../../src/main/write-whole';

let folder = '';
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bitlog2-whole-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ['main, large', writeWhole],
  ['main, at once', async (path: string, data: string) => writeWholeNow(path, data)],
  ['engine', async (path: string, data: string) => ofEngine(path, data)],
])('a file written whole: %s', (_name, write: (path: string, data: string) => Promise<void>) => {
  it('takes the place of the one before, with nothing beside it', async () => {
    await write(join(folder, 'a'), 'first, and longer');
    await write(join(folder, 'a'), 'second');
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('second');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('that cannot get its name leaves what is there, and nothing else', async () => {
    mkdirSync(join(folder, 'a'));
    writeFileSync(join(folder, 'a', 'inside'), 'kept');
    await expect(write(join(folder, 'a'), 'text')).rejects.toThrow();
    expect([readdirSync(folder), readdirSync(join(folder, 'a'))]).toEqual([['a'], ['inside']]);
  });

  it('that cannot be begun throws the system’s error', async () => {
    writeFileSync(join(folder, 'taken'), '');
    await expect(write(join(folder, 'taken', 'a'), 'text')).rejects.toThrow(/ENOTDIR|EEXIST|ENOENT/);
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});
