import { expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import type { MergeResult } from '../../src/shared/merge';
import { cliRecord } from '../helpers/cli-environment';

const none = { models: 0, datasets: 0, runs: 0, predictions: 0, analyses: 0, recipes: 0 };
const merged: MergeResult = { into: '/here/c.bitlog2', files: [
  { file: '/here/a.bitlog2', added: { ...none, models: 1, runs: 2, predictions: 40 }, conflicts: [] },
  { file: '/here/b.bitlog2', added: none, conflicts: ['run x: 2 batches here, 1 there; this one was kept'] },
] };
const script = { 'workspace.open': () => ({ file: '/here/c.bitlog2', models: [], datasets: [], runs: [] }), 'merge.files': () => merged };

it('says what came from each file, and what was not alike', async () => {
  const record = cliRecord(script);
  expect(await runCli(['merge', 'a.bitlog2', 'b.bitlog2', '--into', 'c.bitlog2'], record.environment)).toBe(0);
  expect(record.stdout()).toBe('/here/a.bitlog2: 1 model, 2 runs, 40 predictions\n/here/b.bitlog2: nothing new\n  run x: 2 batches here, 1 there; this one was kept\n');
  expect(record.calls.map(({ method, params }) => [method, params])).toEqual([['workspace.open', { file: '/here/c.bitlog2' }], ['merge.files', { files: ['/here/a.bitlog2', '/here/b.bitlog2'] }]]);
});

it('prints one JSON document', async () => {
  const record = cliRecord(script);
  await runCli(['merge', 'a.bitlog2', 'b.bitlog2', '--into', 'c.bitlog2', '--json'], record.environment);
  expect(JSON.parse(record.stdout())).toEqual(merged);
});

it('wants to know where to', async () => {
  expect(await runCli(['merge', 'a.bitlog2'], cliRecord(script).environment)).toBe(2);
  expect(await runCli(['merge', '--into', 'c.bitlog2'], cliRecord(script).environment)).toBe(2);
});
