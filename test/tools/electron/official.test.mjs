import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchOfficial } from '../../../tools/electron/official.mjs';

let root;
let electronPackage;
let env;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bitlog2-official-'));
  electronPackage = join(root, 'node_modules', 'electron');
  mkdirSync(electronPackage, { recursive: true });
  env = { PATH: process.env.PATH, BITLOG2_CACHE: join(root, 'cache') };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const installer = (code) => writeFileSync(join(electronPackage, 'install.js'), code);
const leavesBinary = `
  const fs = require('node:fs'), path = require('node:path');
  fs.mkdirSync(path.join(__dirname, 'dist'));
  fs.writeFileSync(path.join(__dirname, 'dist', 'electron'), '');
  fs.writeFileSync(path.join(__dirname, 'path.txt'), 'electron');`;

test('the installer runs when there is no binary, and not when there is', async () => {
  installer(leavesBinary);
  const expected = { dist: join(electronPackage, 'dist') };
  expect(await fetchOfficial({ root, env })).toEqual(expected);
  installer('process.exit(1)');
  expect(await fetchOfficial({ root, env })).toEqual(expected);
});

test('a failed download says why, in one line', async () => {
  installer("console.error('TypeError: fetch failed\\n    at somewhere'); process.exit(1)");
  expect(await fetchOfficial({ root, env })).toEqual({ dist: undefined, reason: 'fetch failed' });
});

test('a silent network is given up on, and not asked again the same day', async () => {
  installer('setTimeout(() => undefined, 60000)');
  const first = await fetchOfficial({ root, env, limitMs: 300 });
  expect(first).toEqual({ dist: undefined, reason: 'no answer within 0.3 s' });
  installer(leavesBinary);
  expect((await fetchOfficial({ root, env })).reason).toContain('within the last day');
  expect(await fetchOfficial({ root, env, now: Date.now() + 25 * 3_600_000 })).toEqual({ dist: join(electronPackage, 'dist') });
});

test('an installer that ends well without a binary is a failure', async () => {
  installer('');
  expect((await fetchOfficial({ root, env })).reason).toContain('no binary');
});

test('without the package it says what to do', async () => {
  expect((await fetchOfficial({ root: join(root, 'elsewhere'), env })).reason).toContain('npm ci');
});
