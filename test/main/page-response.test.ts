import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageResponse } from '../../src/main/page-response';

const secret = 'what lies outside the page';
let root: string;
let page: string;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'bitlog2-page-')));
  page = join(root, 'page');
  mkdirSync(join(page, 'assets'), { recursive: true });
  mkdirSync(join(root, 'page-beside'));
  writeFileSync(join(page, 'index.html'), '<!doctype html>');
  writeFileSync(join(page, 'assets', 'a.js'), 'export {};');
  for (const file of ['secret.js', 'page-beside/secret.js']) writeFileSync(join(root, file), secret);
  symlinkSync(join(root, 'secret.js'), join(page, 'link.js'));
  symlinkSync(root, join(page, 'up'));
  symlinkSync(join(page, 'assets', 'a.js'), join(page, 'inner.js'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ask = (url: string, method = 'GET'): Promise<Response> => pageResponse(page, { url, method }, 'bm9uY2U=');

test('a file of the page comes with its type, the policy and the nonce of the load', async () => {
  const answer = await ask('app://workbench/index.html');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('content-security-policy')).toContain("style-src 'self' 'nonce-bm9uY2U='");
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
});

test('a link that stays inside the folder is followed', async () => {
  expect((await ask('app://workbench/inner.js')).status).toBe(200);
});

test.each([
  ['a link out of the folder', 'app://workbench/link.js'],
  ['a linked folder', 'app://workbench/up/secret.js'],
  ['a folder that begins with the same letters', 'app://workbench/..%2fpage-beside/secret.js'],
  ['traversal', 'app://workbench/..%2fsecret.js'],
  ['traversal, twice escaped', 'app://workbench/%252e%252e%252fsecret.js'],
  ['NUL', 'app://workbench/assets/a.js%00.html'],
  ['a share of another machine', 'app://workbench/%5c%5cserver%5cshare%5ca.js'],
  ['a share, by slashes', 'app://workbench//server/share/a.js'],
  ['a drive', 'app://workbench/c:/windows/a.js'],
  ['another host', 'app://user-file/index.html'],
  ['a host with a port', 'app://workbench:1/index.html'],
  ['a user’s name', 'app://me@workbench/index.html'],
  ['another scheme', 'file:///etc/hostname'],
  ['a folder', 'app://workbench/assets'],
  ['nothing that is there', 'app://workbench/none.js'],
])('%s is 404', async (_name, url) => {
  const answer = await ask(url);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toBe('not found');
});

test.each(['POST', 'PUT', 'HEAD', 'DELETE'])('%s is 404', async (method) => {
  expect((await ask('app://workbench/index.html', method)).status).toBe(404);
});

test('whatever the path is made of, nothing outside is ever served', async () => {
  const piece = fc.constantFrom('..', '.', '%2e%2e', '%2f', '%5c', '/', 'up', 'link.js', 'page-beside', 'secret.js', 'assets', 'a.js', '%00', '%252e%252e', '//', root);
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      const answer = await ask(`app://workbench/${pieces.join('/')}`);
      expect(await answer.text()).not.toContain(secret);
    }),
    { numRuns: 500 },
  );
});
