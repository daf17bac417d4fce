import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { binaryIn, findElectron } from '../../../tools/electron/find-electron.mjs';

let folder;
let said;
const announce = (line) => said.push(line);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-find-'));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function makeDist(name, version) {
  const dist = join(folder, name);
  mkdirSync(join(binaryIn(dist), '..'), { recursive: true });
  writeFileSync(binaryIn(dist), '');
  writeFileSync(join(dist, 'version'), `v${version}\n`);
  return dist;
}
const never = (what) => () => Promise.reject(new Error(`${what} must not be asked`));
const asked = { official: never('the official download'), carrier: never('the carrier') };

test('the folder that the person points at comes first and nothing is downloaded', async () => {
  const dist = makeDist('mine', '45.4.1');
  const electron = await findElectron({ root: folder, env: { ELECTRON_OVERRIDE_DIST_PATH: dist }, announce, ...asked });
  expect(electron).toEqual({ source: 'override', dist, binary: binaryIn(dist), version: '45.4.1' });
  expect(said).toEqual(['Electron 45.4.1 from ELECTRON_OVERRIDE_DIST_PATH']);
});

test('an override without an Electron in it is an error, not a reason to look elsewhere', async () => {
  await expect(findElectron({ root: folder, env: { ELECTRON_OVERRIDE_DIST_PATH: folder }, announce, ...asked })).rejects.toThrow('does not exist');
});

test('the official binary is next', async () => {
  const dist = makeDist('official', '45.4.1');
  const electron = await findElectron({ root: folder, env: {}, announce, ...asked, official: async () => ({ dist }) });
  expect(electron).toMatchObject({ source: 'official', version: '45.4.1' });
  expect(said).toEqual(['Electron 45.4.1, the official binary']);
});

test.runIf(process.platform === 'linux' && process.arch === 'x64')('the carried one is last, in one line that says why and what for', async () => {
  const dist = makeDist('carried', '25.1.1');
  const electron = await findElectron({ root: folder, env: {}, announce, official: async () => ({ dist: undefined, reason: 'fetch failed' }), carrier: async () => dist });
  expect(electron).toMatchObject({ source: 'carrier', version: '25.1.1' });
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/25\.1\.1.*development and tests only.*fetch failed/);
});
