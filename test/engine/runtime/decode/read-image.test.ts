import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeImage } from '../../../../src/engine/runtime/decode/decode-image';
import { readImageBytes } from '../../../../src/engine/runtime/decode/read-image';
import { imageFixtures } from '../../core/images/pillow-goldens';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-image-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('reads by content, not by extension', () => {
  expect(decodeImage(readImageBytes(join(imageFixtures, 'jpeg-named-png.png')))).toMatchObject({ width: 47, height: 31 });
});

it('says why a file cannot be read', () => {
  mkdirSync(join(folder, 'folder.jpg'));
  symlinkSync(join(folder, 'gone.jpg'), join(folder, 'dangling.jpg'));
  expect(() => readImageBytes(join(folder, 'missing.jpg'))).toThrow(expect.objectContaining({ reason: 'unreadable', detail: 'The file is no longer there.' }));
  expect(() => readImageBytes(join(folder, 'dangling.jpg'))).toThrow(expect.objectContaining({ reason: 'unreadable' }));
  expect(() => readImageBytes(join(folder, 'folder.jpg'))).toThrow(expect.objectContaining({ reason: 'unreadable', detail: 'The path is a folder.' }));
  // A stranger's archive may link to what never ends, or to a pipe that nobody writes to.
  if (process.platform === 'win32') return;
  const notFile = expect.objectContaining({ reason: 'unreadable', detail: 'The path is a device or a pipe, not a file.' });
  symlinkSync('/dev/zero', join(folder, 'zero.jpg'));
  expect(() => readImageBytes(join(folder, 'zero.jpg'))).toThrow(notFile);
  execFileSync('mkfifo', [join(folder, 'pipe.jpg')]);
  expect(() => readImageBytes(join(folder, 'pipe.jpg'))).toThrow(notFile);
});

it('looks at the size before it reads', () => {
  const large = join(folder, 'large.jpg');
  writeFileSync(large, '');
  // A hole: takes no room on the disk.
  truncateSync(large, 3 * 1024 ** 3);
  expect(() => readImageBytes(large)).toThrow(expect.objectContaining({ reason: 'too-large' }));
});
