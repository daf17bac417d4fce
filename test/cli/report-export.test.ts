import { expect, it, describe } from 'vitest';
import { runCli } from '../../src/cli/program';
import { findQuantisedRun, findRun } from '../../src/cli/find-run';
import { board, pairedRecord, runRecord } from '../helpers/board-records';
import { cliRecord, type EngineScript } from '../helpers/cli-environment';
import { datasetRecord, modelRecord, settings } from '../helpers/store-records';

const model = modelRecord('tiny');
const fp32 = runRecord(model, 'none', 90, { id: 'aa-1' });
const half = runRecord(model, 'BitLog2_Half_17', 87.5, { id: 'aa-2' });
const made = board(['tiny']);
const summary = { file: '/here/w.bitlog2', models: [model], datasets: [datasetRecord('small')], runs: [fp32, half] };
const script: EngineScript = {
  'workspace.open': () => summary, 'workspace.summary': () => summary,
  'report.data': ({ runs }) => ({ board: made, runs: runs.map(() => ({ run: half, against: fp32, paired: pairedRecord(half, fp32), errors: null, levels: [], classNames: [], flips: null })), pairs: [], workspace: summary.file, engine: '1', created: 'now' }),
  'workspace.export': ({ file }) => ({ file, rows: 7 }),
};
const files = { '/here/w.bitlog2': 'x' };

describe('report', () => {
  it('writes the board beside the workspace, and says where', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(['report', '--workspace', 'w.bitlog2'], record.environment)).toBe(0);
    expect(record.stdout()).toBe('/here/w.report.html\n');
    expect(record.written.get('/here/w.report.html')).toMatch(/^<!doctype html>[\s\S]*<svg/);
    expect(record.calls.find(({ method }) => method === 'report.data')?.params).toEqual({ datasetId: null, runs: [] });
    expect(record.closed()).toBe(1);
  });

  it('adds runs in detail, by id, its beginning or name, held against another', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(['report', '--workspace', 'w.bitlog2', '--run', 'tiny/BitLog2_Half_17/0', '--against', 'aa-1', '--out', 'r.html'], record.environment)).toBe(0);
    expect(record.calls.find(({ method }) => method === 'report.data')?.params).toEqual({ datasetId: half.datasetId, runs: [{ runId: 'aa-2', againstId: 'aa-1' }] });
    expect(record.written.get('/here/r.html')).toContain('BitLog2_Half_17 W4A4 − FP32');
    expect(findRun([fp32, half], 'aa-2')).toBe(half);
    expect(() => findRun([fp32, half], 'aa')).toThrow(/2 runs begin with aa/);
    expect(() => findRun([fp32, half], 'zz')).toThrow(/aa-1, aa-2/);
    expect(findRun([half, { ...half, id: 'newer', settings: settings('BitLog2_Half_17') }], 'tiny/BitLog2_Half_17/0').id).toBe('newer');
    expect([findRun([half, fp32], 'newest'), findQuantisedRun([half, fp32], 'newest'), findQuantisedRun([fp32], 'newest'), findQuantisedRun([half, fp32], 'aa-1')]).toEqual([fp32, half, fp32, fp32]);
  });

  it('makes no workspace out of a mistyped path', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(['report', '--workspace', 'v.bitlog2'], record.environment)).toBe(1);
    expect(record.stderr()).toContain('There is no such workspace');
    expect(record.opened()).toEqual([]);
    expect(await runCli(['report', '--workspace', 'w.bitlog2', '--against', 'aa-1'], record.environment)).toBe(2);
  });
});

describe('export', () => {
  it('hands the table, its form and an absolute path to the engine', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(['export', '--workspace', 'w.bitlog2', '--what', 'levels', '--format', 'csv', '--out', 'l.csv'], record.environment)).toBe(0);
    expect(record.calls.at(-1)).toEqual({ method: 'workspace.export', params: { table: 'levels', format: 'csv', file: '/here/l.csv' } });
    expect([record.stdout(), record.stderr()]).toEqual(['/here/l.csv\n', '7 rows\n']);
  });

  it.each([['--what', 'pictures'], ['--format', 'xlsx']])('refuses %s %s as usage', async (option, value) => {
    const record = cliRecord(script, files);
    expect(await runCli(['export', '--workspace', 'w.bitlog2', '--what', 'runs', '--out', 'f', option, value], record.environment)).toBe(2);
    expect(record.stderr()).toContain('Allowed choices');
  });
});

describe('runs, compare and remove', () => {
  const compared: EngineScript = { ...script, 'board.compare': ({ runIds }) => ({ pairs: [{ ...pairedRecord(half, fp32), a: runIds[1] ?? '', b: runIds[0] ?? '' }] }), 'workspace.remove': () => ({ ...summary, runs: [half] }) };

  it('lists runs with ids that are their own', async () => {
    const record = cliRecord(compared, files);
    expect(await runCli(['runs', '--workspace', 'w.bitlog2'], record.environment)).toBe(0);
    expect(record.stdout().split('\n')[1]).toMatch(/^aa-1 +tiny +FP32 .* 90\.00 /);
    const json = cliRecord(compared, files);
    await runCli(['runs', '--workspace', 'w.bitlog2', '--json'], json.environment);
    expect(JSON.parse(json.stdout())).toEqual({ runs: summary.runs });
  });

  it('compares exactly the named runs', async () => {
    const record = cliRecord(compared, files);
    expect(await runCli(['compare', '--workspace', 'w.bitlog2', '--run', 'aa-1,tiny/BitLog2_Half_17/0'], record.environment)).toBe(0);
    expect(record.calls.at(-1)).toEqual({ method: 'board.compare', params: { runIds: ['aa-1', 'aa-2'] } });
    expect(record.stdout()).toMatch(/tiny\/BitLog2_Half_17\/0 +tiny\/none\/0 +1000 +-2\.50 +-3\.50 to -1\.50/);
    expect(await runCli(['compare', '--workspace', 'w.bitlog2', '--run', 'aa-1'], record.environment)).toBe(2);
  });

  it('removes one thing, named once', async () => {
    const record = cliRecord(compared, files);
    expect(await runCli(['remove', '--workspace', 'w.bitlog2', '--run', 'aa-1'], record.environment)).toBe(0);
    expect(await runCli(['remove', '--workspace', 'w.bitlog2', '--model', 'tiny'], record.environment)).toBe(0);
    expect(record.calls.filter(({ method }) => method === 'workspace.remove').map(({ params }) => params)).toEqual([{ kind: 'run', id: 'aa-1' }, { kind: 'model', id: model.id }]);
    expect(record.stderr()).toBe(`removed run aa-1\nremoved model ${model.id} and 1 run\n`);
    expect(await runCli(['remove', '--workspace', 'w.bitlog2'], record.environment)).toBe(2);
    expect(await runCli(['remove', '--workspace', 'w.bitlog2', '--dataset', 'nowhere'], record.environment)).toBe(1);
  });
});
