import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { errorDetails } from '../../src/main/error-details';
import { keepNewest, openLog } from '../../src/main/log-file';

const folder = mkdtempSync(join(tmpdir(), 'bitlog2-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('keeps a few files of limited size, the newest entries in the first', () => {
  const logs = join(folder, 'logs');
  const log = openLog({ folder: logs, mask: (text) => text.replace('secret', '~'), now: () => 'T', size: 1000, kept: 2 });
  for (let entry = 0; entry < 400; entry++) log.write('engine', `entry ${entry} secret`);
  expect(readdirSync(logs).sort()).toEqual(['workbench.1.log', 'workbench.2.log', 'workbench.log']);
  for (const name of readdirSync(logs)) expect(statSync(join(logs, name)).size).toBeLessThan(1100);
  const newest = readFileSync(join(logs, 'workbench.log'), 'utf8').trimEnd().split('\n');
  expect(newest.at(-1)).toBe('T engine entry 399 ~');
  expect(readFileSync(join(logs, 'workbench.1.log'), 'utf8')).not.toContain('secret');
});

it('keeps a text of several lines together, and cuts one without end', () => {
  const log = openLog({ folder: join(folder, 'lines'), mask: (text) => text, now: () => 'T' });
  log.write('main', 'first\nsecond\n');
  log.write('main', 'x'.repeat(100_000));
  const text = readFileSync(join(folder, 'lines', 'workbench.log'), 'utf8');
  expect(text.startsWith('T main first\n  second\nT main x')).toBe(true);
  expect(text.length).toBeLessThan(9_000);
});

it('goes on where nothing can be written', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => openLog({ folder: join(folder, 'file', 'logs'), mask: (text) => text, now: () => 'T' }).write('main', 'x')).not.toThrow();
});

it('keeps the newest crash reports', () => {
  for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
    writeFileSync(join(folder, `${name}.dmp`), '');
    utimesSync(join(folder, `${name}.dmp`), index, index);
  }
  const before = readdirSync(folder).filter((name) => name.endsWith('.dmp'));
  expect(before).toHaveLength(4);
  rmSync(join(folder, 'file'));
  keepNewest(folder, 2);
  expect(readdirSync(folder).filter((name) => name.endsWith('.dmp')).sort()).toEqual(['c.dmp', 'd.dmp']);
  expect(() => keepNewest(join(folder, 'absent'), 2)).not.toThrow();
});

it('copies a failure with the versions, and without whose machine it is', () => {
  expect(errorDetails('The file is gone\n  file: /home/mina/x.onnx\n', { home: '/home/mina', user: 'mina', version: '1.2', electron: '45', chrome: '150', node: '24', system: 'linux 6.1 x64' }))
    .toBe('The file is gone\n  file: ~/x.onnx\n\nBitLog2 Workbench 1.2 · Electron 45 · Chrome 150 · Node 24 · linux 6.1 x64\n');
});
