import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeSavedFiles } from '../../src/main/saved-files';

vi.mock('electron', () => ({ shell: { openPath: () => Promise.resolve('') } }));

describe('saved files', () => {
  let folder = '';
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bitlog2-saved-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are whole, under the name given, with the ending of their kind, and replace what was there', async () => {
    const files = makeSavedFiles();
    const path = await files.write(join(folder, 'table'), 'csv', 'a,b');
    expect(path).toBe(join(folder, 'table.csv'));
    await files.write(join(folder, 'table.csv'), 'csv', Uint8Array.of(99, 44, 100));
    expect(readFileSync(path, 'utf8')).toBe('c,d');
    expect(readdirSync(folder)).toEqual(['table.csv']);
  });

  it('leave nothing behind where they cannot be written', async () => {
    mkdirSync(join(folder, 'taken.csv'));
    await expect(makeSavedFiles().write(join(folder, 'taken.csv'), 'csv', 'a')).rejects.toThrow();
    await expect(makeSavedFiles().write(join(folder, 'absent', 'table.csv'), 'csv', 'a')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['taken.csv']);
    expect(existsSync(join(folder, 'absent'))).toBe(false);
  });

  it('alone can be opened again', async () => {
    const files = makeSavedFiles();
    const path = await files.write(join(folder, 'report.html'), 'html', '<p>');
    await expect(files.open(path)).resolves.toBeUndefined();
    await expect(files.open(join(folder, 'other.html'))).rejects.toThrow('only files saved since the start');
  });
});
