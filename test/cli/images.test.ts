import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import { cliRecord, type EngineScript } from '../helpers/cli-environment';
import { blameOf, divergenceOf, flippedByOf, flipsOf } from '../renderer/fixture-images';
import { dataset, makeIntegerRun, makeRun, vit } from '../renderer/fixture-data';

const fp32 = makeRun(vit, 'none');
const half = makeRun(vit, 'BitLog2_Half_17');
const summary = { file: '/here/w.bitlog2', models: [vit], datasets: [dataset], runs: [half, fp32] };
const files = { '/here/w.bitlog2': 'x' };
const script: EngineScript = {
  'workspace.open': () => summary,
  'run.classNames': () => ({ names: dataset.classes.map(({ name }) => name) }),
  'images.flips': (question) => flipsOf(question),
  'images.divergence': ({ runId, image }) => divergenceOf(runId, image, vit),
  'images.blame': ({ runId, image, heads }) => blameOf(runId, image, heads, vit),
  'images.flippedBy': (question) => flippedByOf(question),
};
const images = (...args: string[]): string[] => ['images', '--workspace', 'w.bitlog2', ...args];

describe('images', () => {
  it('lists the lost images of the newest run against FP32, with counts', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(images(), record.environment)).toBe(0);
    expect(record.calls.at(-1)).toEqual({ method: 'images.flips', params: { runId: half.id, baselineId: fp32.id, filter: 'lost', sort: 'list', offset: 0, count: 50_000, find: null } });
    const lines = record.stdout().split('\n');
    expect(lines[0]).toBe('fashion_vit  BitLog2_Half_17  1000 images  against FP32: 20 lost, 12 gained, 8 changed of 1000 images');
    expect(lines[1]).toBe('20 of 20 lost images, by list');
    expect(lines.slice(3, 5)).toEqual(['image  file            label    flip  baseline  margin  run      margin', '    0  val/0/0000.png  T-shirt  lost  T-shirt    2.500  Trouser   0.750']);
  });

  it('names classes by the outputs of the run, and those without a name by number', async () => {
    const record = cliRecord({ ...script, 'run.classNames': () => ({ names: ['cassette', null] }) }, files);
    expect(await runCli(images('--limit', '1'), record.environment)).toBe(0);
    expect(record.calls.find(({ method }) => method === 'run.classNames')?.params).toEqual({ runId: half.id });
    expect(record.stdout()).toMatch(/0 {2}val\/0\/0000\.png +cassette +lost +cassette +2\.500 +1 +0\.750/);
  });

  it('prints the answer of the engine as JSON, filtered, sorted, cut', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(images('--filter', 'all', '--sort', 'marginAfter', '--limit', '7', '--against', half.id.slice(0, 6), '--json'), record.environment)).toBe(2);
    expect(record.stderr()).toContain('2 runs begin with');
    expect(await runCli(images('--filter', 'all', '--sort', 'marginAfter', '--limit', '7', '--run', half.id, '--against', fp32.id, '--json'), record.environment)).toBe(0);
    expect(JSON.parse(record.stdout())).toEqual(flipsOf({ runId: half.id, baselineId: fp32.id, filter: 'all', sort: 'marginAfter', offset: 0, count: 7, find: null }));
  });

  it('shows an image without a baseline too, and refuses what needs one', async () => {
    const alone = cliRecord({ ...script, 'workspace.open': () => ({ ...summary, runs: [half] }) }, files);
    expect(await runCli(images('--filter', 'all', '--limit', '1'), alone.environment)).toBe(0);
    expect(alone.stdout()).toContain('nothing to hold it against');
    expect(await runCli(images('--flipped-by', '1.2'), alone.environment)).toBe(1);
    expect(alone.stderr()).toContain('has no FP32 run');
  });

  it('says who flipped an image', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(images('--image', '50', '--heads', '2'), record.environment)).toBe(0);
    expect(record.calls.at(-1)).toEqual({ method: 'images.blame', params: { runId: half.id, image: 50, heads: 2 } });
    expect(record.stdout()).toContain('val/0/0050.png: T-shirt; FP32 T-shirt (2.500), run Trouser (0.750)');
    expect(record.stdout()).toMatch(/logits +0\.3000 +14\.0 +0\.9400/);
    expect(record.stdout()).toMatch(/every map +T-shirt +0\.400 {2}back to FP32/);
    expect(record.stdout()).toMatch(/head \d of blocks\.\d\.attn +T-shirt +0\.400 {2}back to FP32/);
    expect(record.stdout()).not.toContain('reference arithmetic');
    const integer = cliRecord({ ...script, 'workspace.open': () => ({ ...summary, runs: [fp32, makeIntegerRun(vit, 'BitLog2_Half_17')] }) }, files);
    await runCli(images('--image', '50'), integer.environment);
    expect(integer.stdout()).toContain('tested in reference arithmetic');
  });

  it('says which images a head flipped', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(images('--flipped-by', '1.2', '--limit', '10'), record.environment)).toBe(0);
    expect(record.calls.at(-1)).toEqual({ method: 'images.flippedBy', params: { runId: half.id, baselineId: fp32.id, block: 1, head: 2, limit: 10 } });
    expect(record.stdout().split('\n')[0]).toBe('head 2 of blocks.1.attn flipped 5 of 10 images tested (10 have another answer than the baseline)');
    const stopped = cliRecord({ ...script, 'images.flippedBy': (question) => ({ ...flippedByOf(question), state: 'stopped' }) }, files);
    expect(await runCli(images('--flipped-by', '1.2'), stopped.environment)).toBe(130);
  });

  it.each([['--filter', 'some'], ['--sort', 'colour'], ['--image', '-1'], ['--flipped-by', '5'], ['--heads', '0']])('refuses %s %s', async (...wrong) => {
    const record = cliRecord(script, files);
    expect(await runCli(images(...wrong), record.environment)).toBe(2);
    expect(record.calls).toEqual([]);
  });
});
