import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAudit } from '../../../tools/dist/audit.mjs';
import { judgeElectronAge } from '../../../tools/dist/electron-age.mjs';
import { judgeLock } from '../../../tools/dist/judge-lock.mjs';
import { closure } from '../../../tools/dist/lock-graph.mjs';
import { importedPackages } from '../../../tools/dist/shipped.mjs';
import { root } from '../../../tools/lib/targets.mjs';

const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const lock = read('package-lock.json');
const manifest = read('package.json');
/** The project's own lockfile with one package changed: every case is the real file with one fault. */
const changed = (path, change) => ({ ...lock, packages: { ...lock.packages, [path]: { ...lock.packages[path], ...change } } });

test('the project’s own lockfile is in order', () => {
  expect(judgeLock(lock, manifest)).toEqual([]);
});

test.each([
  ['no integrity', { integrity: undefined }, 'has no sha512 integrity'],
  ['a weak hash', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, 'has no sha512 integrity'],
  ['another registry', { resolved: 'https://mirror.example.com/vue.tgz' }, 'comes from https://mirror.example.com'],
  ['a look-alike registry', { resolved: 'https://registry.npmjs.org.example.com/vue.tgz' }, 'comes from'],
  ['a repository', { resolved: 'git+ssh://git@example.com/vue.git' }, 'comes from git+ssh'],
  ['a folder', { link: true, resolved: '../vue' }, 'is a link to a folder'],
  ['another licence', { license: 'AGPL-3.0-only' }, 'has the licence AGPL-3.0-only'],
  ['a licence for tools alone, where it ships', { license: 'BlueOak-1.0.0' }, 'for what ships'],
  ['no licence', { license: undefined }, 'has the licence (none)'],
  ['an install script that nobody decided on', { hasInstallScript: true }, 'has an install script'],
  ['another version than is asked for', { version: '9.9.9' }, 'package-lock.json has 9.9.9'],
])('%s is a fault', (_name, change, words) => {
  // Bundled, though it stands among devDependencies.
  const complaints = judgeLock(changed('node_modules/vue', change), manifest);
  expect(complaints).toHaveLength(change.link ? 2 : 1);
  expect(complaints.join()).toContain(words);
});

test('the public registry’s address is none', () => {
  expect(judgeLock(changed('node_modules/vue', { resolved: 'https://registry.npmjs.org/vue/-/vue-3.5.45.tgz' }), manifest)).toEqual([]);
});

test('a range in package.json is a fault', () => {
  const complaints = judgeLock(lock, { ...manifest, dependencies: { ...manifest.dependencies, valibot: '^1.5.0' } });
  expect(complaints.join()).toContain('write one exact version');
});

test('no registry’s address and no machine’s stands in the lockfile', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8').match(/https?:\/\/(?!(www\.)?(github|opencollective|patreon|paypal|tidelift|buymeacoffee|feross)\b)[^"\s]+\.tgz/g)).toBeNull();
  for (const { resolved } of Object.values(lock.packages)) expect(resolved).toBeUndefined();
});

const small = {
  packages: {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', dependencies: { b: '1', c: '1' } },
    'node_modules/a/node_modules/b': { version: '1.1.0', dependencies: { c: '1' } },
    'node_modules/b': { version: '2.0.0' },
    'node_modules/c': { version: '1.0.0', optionalDependencies: { gone: '1' }, dependencies: { a: '1' } },
  },
};

test('a closure follows what Node would load, in circles too', () => {
  expect(closure(small, ['a'])).toEqual(['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c']);
  expect(closure(small, ['b'])).toEqual(['node_modules/b']);
  expect(closure(small, ['a'], (name) => name === 'c')).toEqual(['node_modules/a', 'node_modules/a/node_modules/b']);
  expect(() => closure(small, ['missing'])).toThrow('package-lock.json has no missing');
});

test('what ships is what the import table lets in', () => {
  expect(importedPackages).toEqual(expect.arrayContaining(['vue', 'echarts', 'onnxruntime-node', '@duckdb/node-api', 'valibot', 'commander']));
  expect(importedPackages).not.toContain('electron');
});

test('an audit counts what is serious, and no answer is no finding', () => {
  const finding = (name, severity) => ({ [name]: { name, severity, range: '<2' } });
  expect(readAudit(JSON.stringify({ vulnerabilities: { ...finding('a', 'moderate'), ...finding('b', 'high'), ...finding('c', 'critical') } }))).toEqual({ kind: 'answer', complaints: [expect.stringContaining('b <2'), expect.stringContaining('c <2')] });
  expect(readAudit(JSON.stringify({ vulnerabilities: {} }))).toEqual({ kind: 'answer', complaints: [] });
  expect(readAudit(JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405 }))).toEqual({ kind: 'unavailable', reason: '405 Method Not Allowed' });
  expect(readAudit('')).toMatchObject({ kind: 'unavailable' });
});

test('Electron’s three newest major versions are mended, older ones are a fault', () => {
  for (const used of ['45.4.1', '44.0.0', '43.9.9', '46.0.0-beta.1']) expect(judgeElectronAge(used, '45.4.1')).toEqual([]);
  expect(judgeElectronAge('42.9.0', '45.4.1')).toEqual([expect.stringContaining('no longer mended')]);
  expect(judgeElectronAge('latest', '45.4.1')).toHaveLength(1);
});
