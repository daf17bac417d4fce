import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import type { Sensitivity, SensitivityRow, SiteErrors, SiteHistogram } from '../../src/shared/layers';
import { board } from '../helpers/board-records';
import { cliRecord } from '../helpers/cli-environment';

const all = board(['one']).cells.flatMap(({ run }) => (run === null ? [] : [run]));
const files = { '/here/w.bitlog2': 'x' };
const quantised = all.filter(({ settings }) => settings.arithmetic !== 'fp32');
const runId = quantised.at(-1)?.id ?? '';
const figures = { sqnrDb: 20, relativeL2: 0.1, cosine: 0.995 };

const errors: SiteErrors = {
  runId, images: 16, skipped: 0,
  sites: [
    { site: 'blocks.0.attn.qkv', role: 'qkv', block: 0, arithmetic: 'integer', local: figures, cumulative: { ...figures, sqnrDb: 13.25 }, weights: { ...figures, relativeL2: 0.0625 }, activations: figures, attention: null, clipped: 0.0125 },
    { site: 'head', role: 'head', block: null, arithmetic: null, local: null, cumulative: { sqnrDb: null, relativeL2: 0, cosine: 1 }, weights: null, activations: null, attention: null, clipped: null },
  ],
};
const row = (site: string, kl: number): SensitivityRow => ({ site, images: 16, kl, agreement: 0.875, top1: 75, ci95: [50.5, 89.8] });
const sensitivity: Sensitivity = {
  runId, kind: 'on-alone', images: 16, state: 'done', float: row('', 0), full: row('', 0.5), rows: [row('blocks.0.attn.qkv', 0.125)],
  top: { images: 100, float: row('', 0), full: row('', 0.25), rows: [row('blocks.0.attn.qkv', 0.0625)] }, work: { segments: 10, withoutReuse: 18 },
};
const histogram: SiteHistogram = {
  site: 'blocks.0.attn.matmul2', operand: 'A', images: 16, scale: 'log2', min: -20, max: -1, counts: Array.from({ length: 256 }, () => 1), outside: 3, elements: 259,
  grid: [0, 0.5], gridChannel: null, clippedLow: 0, clippedHigh: 2, bits: 4, scheme: 'Sqrt2_17', delta: [0.5], zeroPoint: [], error: figures, channelKind: 'head', channels: 2,
  worstChannels: [{ channel: 1, relativeL2: 0.25, share: 0.75, min: 0, max: 1 }],
};
const script = {
  'workspace.open': () => ({ file: '/here/w.bitlog2', models: [], datasets: [], runs: all }),
  'layers.errors': () => errors, 'layers.sensitivity': () => sensitivity, 'layers.histogram': () => histogram,
};

describe('layers', () => {
  it('prints a row per site of the newest quantised run', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(['layers', '--workspace', 'w.bitlog2'], record.environment)).toBe(0);
    expect(record.calls.slice(1)).toEqual([{ method: 'layers.errors', params: { runId, images: 16 } }]);
    expect(record.stdout()).toMatch(/blocks\.0\.attn\.qkv +integer +20\.00 +0\.1000 +13\.25 +0\.1000 +0\.9950 +0\.0625 +0\.1000 +- +1\.25/);
    expect(record.stdout()).toMatch(/head +FP32 +- +- +equal +0\.0000 +1\.0000 +- +- +- +-/);
  });

  it('asks for sensitivity and a histogram where it is told to', async () => {
    const record = cliRecord(script, files);
    const args = ['layers', '--workspace', 'w.bitlog2', '--images', '16', '--sensitivity', 'on-alone', '--top', '1', '--top-images', '100', '--histogram', 'blocks.0.attn.matmul2:A', '--scale', 'log2', '--workers', '1'];
    expect(await runCli(args, record.environment)).toBe(0);
    expect(record.opened()).toEqual([{ workers: 1 }]);
    expect(record.calls.slice(2).map(({ params }) => params)).toEqual([
      { runId, site: 'blocks.0.attn.matmul2', operand: 'A', images: 16, scale: 'log2' },
      { runId, images: 16, kind: 'on-alone', top: { sites: 1, images: 100 } },
    ]);
    expect(record.stdout()).toContain('1.80 times less work');
    expect(record.stdout()).toMatch(/everything +5\.000e-1 +87\.5 +75\.00 +50\.50 to 89\.80/);
    expect(record.stdout()).toMatch(/the worst again on 100 images[^]*blocks\.0\.attn\.qkv +6\.250e-2/);
    expect(record.stdout()).toMatch(/259 values, 2\^-20\.00 to 2\^-1\.000; Sqrt2_17, 0 below and 2 above its range/);
    expect(record.stdout()).toMatch(/head 1 +0\.2500 +75\.0/);
  });

  it('prints everything as JSON, and takes all images for the worst sites', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(['layers', '--workspace', 'w.bitlog2', '--json', '--run', runId, '--sensitivity', 'off-alone', '--top', '2'], record.environment)).toBe(0);
    expect(JSON.parse(record.stdout())).toEqual({ errors, sensitivity, histogram: null });
    expect(record.calls.at(-1)?.params).toEqual({ runId, images: 16, kind: 'off-alone', top: { sites: 2, images: null } });
  });

  it('says by its exit code what was stopped and what was skipped', async () => {
    const stopped = cliRecord({ ...script, 'layers.sensitivity': () => ({ ...sensitivity, state: 'stopped' }) }, files);
    expect(await runCli(['layers', '--workspace', 'w.bitlog2', '--sensitivity', 'on-alone'], stopped.environment)).toBe(130);
    expect(stopped.stderr()).toContain('goes on from here');
    const skipped = cliRecord({ ...script, 'layers.errors': () => ({ ...errors, skipped: 1 }) }, files);
    expect(await runCli(['layers', '--workspace', 'w.bitlog2'], skipped.environment)).toBe(3);
  });

  it('refuses what it does not know', async () => {
    for (const wrong of [['--sensitivity', 'alone'], ['--histogram', 'head'], ['--histogram', 'head:C'], ['--top-images', '0'], ['--scale', 'log10']]) {
      expect(await runCli(['layers', '--workspace', 'w.bitlog2', ...wrong], cliRecord(script, files).environment)).toBe(2);
    }
    const record = cliRecord({ ...script, 'workspace.open': () => ({ file: '/here/w.bitlog2', models: [], datasets: [], runs: [] }) }, files);
    expect(await runCli(['layers', '--workspace', 'w.bitlog2'], record.environment)).toBe(1);
    expect(record.stderr()).toContain('no runs');
  });
});
