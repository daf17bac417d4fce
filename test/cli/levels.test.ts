import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import { board } from '../helpers/board-records';
import { cliRecord } from '../helpers/cli-environment';
import { makeLevels } from '../helpers/levels-record';

const runs = board(['one']).cells.flatMap(({ run }) => (run === null ? [] : [run]));
const summary = { file: '/here/w.bitlog2', models: [], datasets: [], runs };
const files = { '/here/w.bitlog2': 'x' };
const newest = runs.at(-1);
const levels = makeLevels({ emptyHead: true });
const script = { 'workspace.open': () => summary, 'levels.get': () => levels };

describe('levels', () => {
  it('prints a row per block and scheme, with where each delta is from', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(['levels', '--workspace', 'w.bitlog2'], record.environment)).toBe(0);
    expect(record.calls.at(-1)).toEqual({ method: 'levels.get', params: { runId: newest?.id, images: 16, source: 'run' } });
    const lines = record.stdout().split('\n');
    expect(lines[0]).toContain('16 images  maps before the quantiser');
    expect(lines.filter((line) => /BitLog2|Sqrt2/.test(line))).toHaveLength(1 + 12);
    expect(record.stdout()).toMatch(/blocks\.0\.attn +Sqrt2_16 +0\.250000 +maps +0 of 16/);
    expect(record.stdout()).toMatch(/BitLog2_Half_17 +300 +run +0 of 17 +\d+\.\d\d %/);
    expect(record.stdout()).toMatch(/Sqrt2_17 +0\.125000 +sibling/);
  });

  it('prints everything as JSON', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(['levels', '--workspace', 'w.bitlog2', '--json', '--images', '8', '--source', 'fp32', '--run', runs[0]?.id ?? ''], record.environment)).toBe(0);
    expect(JSON.parse(record.stdout())).toEqual(levels);
    expect(record.calls.at(-1)?.params).toEqual({ runId: runs[0]?.id, images: 8, source: 'fp32' });
  });

  it('says when images were left out by its exit code, and what it does not know by a sentence', async () => {
    const skipped = cliRecord({ ...script, 'levels.get': () => ({ ...levels, skipped: 1 }) }, files);
    expect(await runCli(['levels', '--workspace', 'w.bitlog2'], skipped.environment)).toBe(3);
    const unknown = cliRecord(script, files);
    expect(await runCli(['levels', '--workspace', 'w.bitlog2', '--run', 'nobody'], unknown.environment)).toBe(1);
    expect(unknown.stderr()).toContain('No run of this workspace has the id nobody');
    const missing = cliRecord(script, files);
    expect(await runCli(['levels', '--workspace', 'other.bitlog2'], missing.environment)).toBe(1);
    expect(missing.stderr()).toContain('/here/other.bitlog2');
    expect(await runCli(['levels', '--workspace', 'w.bitlog2', '--source', 'int'], cliRecord(script, files).environment)).toBe(2);
    const empty = cliRecord({ ...script, 'workspace.open': () => ({ ...summary, runs: [] }) }, files);
    expect(await runCli(['levels', '--workspace', 'w.bitlog2'], empty.environment)).toBe(1);
    expect(empty.stderr()).toContain('no runs');
  });
});
