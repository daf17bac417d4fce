/** The commands `calibration` and `noise`: which run they ask about, what they print, and how they end. */
import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import type { Calibration, CalibrationDraws } from '../../src/shared/calibration';
import { noiseSpread, type NoiseRepeat, type NoiseResult } from '../../src/shared/noise';
import { runRecord } from '../helpers/board-records';
import { cliRecord, type EngineScript } from '../helpers/cli-environment';
import { modelRecord } from '../helpers/store-records';

const model = modelRecord('tiny');
const fp32 = runRecord(model, 'none', 90, { id: 'fp32-run' });
const quantised = runRecord(model, 'Sqrt2_17', 88, { id: 'sqrt2-run' });
const summary = { file: '/data/default.bitlog2', models: [model], datasets: [], runs: [quantised, fp32] };
const files = { '/data/default.bitlog2': 'x' };

const calibration: Calibration = {
  runId: quantised.id, state: 'calibrated', source: 'draw', seed: 0, available: 128, bits: { weights: 4, activations: 4 }, seconds: 1.25,
  pictures: [{ position: 0, file: 'train/a/0.png', label: 0, state: 'used', reason: null, detail: null }, { position: 1, file: 'train/a/1.png', label: 0, state: 'skipped', reason: 'cmyk', detail: 'CMYK' }, { position: 2, file: 'train/b/1.png', label: 1, state: 'missing', reason: null, detail: null }],
  picturesFailure: null,
  operands: [
    { site: 'head', operand: 'input', bits: 4, scheme: null, delta: [0.125], zeroPoint: [7], low: -0.875, high: 1 },
    { site: 'head', operand: 'weight', bits: 4, scheme: null, delta: [0.1, 0.3, 0.2], zeroPoint: [7, 8, 9], low: -2.4, high: 2.1 },
    { site: 'blocks.0.attn.matmul2', operand: 'A', bits: 4, scheme: 'Sqrt2_17', delta: [0.875], zeroPoint: null, low: 0, high: 0.875 },
  ],
  reparameterisations: [], digest: 'd',
};
const one: CalibrationDraws = {
  runId: quantised.id, draws: [{ id: quantised.id, kind: 'run', runId: quantised.id, seed: 0, own: true, state: 'done', images: 1000, total: 1000, top1: 88, ci95: [86, 89.5], digest: 'd' }],
  operands: [{ site: 'head', operand: 'input', delta: [0.125], zeroPoint: [7] }],
};
const three: CalibrationDraws = {
  ...one,
  draws: [...one.draws, { ...one.draws[0], id: 'redraw-1', kind: 'redraw', runId: null, seed: 1, own: false, state: null, images: 0, total: 0, top1: null, ci95: null, digest: 'e' }, { id: 'x', kind: 'run', runId: 'x', seed: null, own: false, state: 'done', images: 1000, total: 1000, top1: 87, ci95: [85, 88.5], digest: 'f' }],
  operands: [{ site: 'head', operand: 'input', delta: [0.125, 0.1, 0.13], zeroPoint: [7, 7, 8] }],
};

describe('calibration', () => {
  const script: EngineScript = { 'workspace.open': () => summary, 'calibration.get': () => calibration, 'calibration.draws': () => one };

  it('shows the newest quantised run: pictures, quantisers and their ranges', async () => {
    const record = cliRecord(script, files);
    expect(await runCli(['calibration'], record.environment)).toBe(0);
    expect(record.calls.slice(1)).toEqual([{ method: 'calibration.get', params: { runId: 'sqrt2-run' } }, { method: 'calibration.draws', params: { runId: 'sqrt2-run' } }]);
    const text = record.stdout();
    expect(text).toContain("3 of 128 pictures, the reference's draw of seed 0, 1 skipped, 1 missing");
    expect(text).toMatch(/^head +input +4 bit +0\.1250 +7 +-0\.8750 +1$/m);
    expect(text).toMatch(/^head +weight +4 bit +0\.1000 0\.2000 0\.3000 +7 8 9 +-2\.400 +2\.100$/m);
    expect(text).toMatch(/^blocks\.0\.attn\.matmul2 +A +Sqrt2_17 +0\.8750 +0 +0\.8750$/m);
    expect(text).not.toContain('over draws');
  });

  it('calibrates other draws first when asked, and compares them', async () => {
    const record = cliRecord({ ...script, 'calibration.draws': () => three, 'calibration.redraw': (_params, { onEvent }) => { onEvent?.({ kind: 'progress', done: 3, total: 9 }); return { state: 'done', draws: [] }; } }, files);
    expect(await runCli(['calibration', '--run', 'sqrt2', '--redraw', '1,2'], record.environment)).toBe(0);
    expect(record.calls[1]).toEqual({ method: 'calibration.redraw', params: { runId: 'sqrt2-run', seeds: [1, 2] } });
    expect(record.stderr()).toContain('calibrating 2 draws for tiny  3 of 9');
    expect(record.stdout()).toMatch(/^head +input .* 20\.00 %$/m);
    expect(record.stdout()).toMatch(/^seed 1 +parameters only$/m);
    expect(record.stdout()).toMatch(/^chosen +run +87\.00 +85\.00 to 88\.50 +1000$/m);
  });

  it('prints all of it as JSON, says what an FP32 run is, and that a stop was one', async () => {
    const json = cliRecord(script, files);
    await runCli(['calibration', '--json'], json.environment);
    expect(JSON.parse(json.stdout())).toEqual({ calibration, draws: one });
    const float = cliRecord({ ...script, 'calibration.get': () => ({ ...calibration, state: 'float', operands: [], pictures: [] }) }, files);
    expect(await runCli(['calibration', '--run', 'fp32-run'], float.environment)).toBe(0);
    expect(float.stdout()).toBe('tiny  FP32: nothing to calibrate\n');
    const stopped = cliRecord({ ...script, 'calibration.redraw': () => ({ state: 'stopped', draws: [] }) }, files);
    expect(await runCli(['calibration', '--redraw', '4'], stopped.environment)).toBe(130);
  });

  it('refuses a workspace or a run that is not there', async () => {
    const nowhere = cliRecord(script);
    expect(await runCli(['calibration'], nowhere.environment)).toBe(1);
    expect(nowhere.opened()).toEqual([]);
    const nobody = cliRecord(script, files);
    expect(await runCli(['calibration', '--run', 'zzz'], nobody.environment)).toBe(1);
    expect(nobody.stderr()).toContain('zzz');
    expect(nobody.closed()).toBe(1);
  });
});

describe('noise', () => {
  const repeat = (seed: number, top1: number, flips = 0): NoiseRepeat => ({ seed, images: 1000, top1, flips, lost: flips, gained: 0, changed: 0, moved: seed === 0 ? 0 : 990 });
  const repeats = [repeat(1, 87.9, 1), repeat(2, 88)];
  const result: NoiseResult = { runId: fp32.id, state: 'done', scope: 'evaluation', images: 1000, noise: 1e-7, runTop1: 88, control: repeat(0, 88), repeats, spread: noiseSpread(repeats) };

  it('shows every repeat and their spread', async () => {
    const record = cliRecord({ 'workspace.open': () => summary, 'noise.run': (_params, { onEvent }) => { onEvent?.({ kind: 'progress', done: 500, total: 3000 }); return result; } }, files);
    expect(await runCli(['noise', '--repeats', '2', '--images', '1000', '--run', 'sqrt2-run'], record.environment)).toBe(0);
    expect(record.calls[1]).toEqual({ method: 'noise.run', params: { runId: 'sqrt2-run', repeats: 2, scope: 'evaluation', images: 1000 } });
    expect(record.stdout()).toContain('tiny  Sqrt2_17  W4A4 reference  1000 images  relative noise 1e-7');
    expect(record.stdout()).toMatch(/^noise 1 +87\.90 +1 +1\/0\/0 +990$/m);
    expect(record.stdout()).toMatch(/^without noise +88\.00 +0 +0\/0\/0 +0$/m);
    expect(record.stdout()).toContain('top-1 over 2 repeats: 87.90 to 88.00, a spread of 0.10 points, standard deviation 0.071');
    expect(record.stdout()).not.toContain('another machine');
  });

  it('prints JSON, takes the newest run and eight repeats, and warns of a run that does not come out as it did', async () => {
    const record = cliRecord({ 'workspace.open': () => summary, 'noise.run': () => result }, files);
    expect(await runCli(['noise', '--json'], record.environment)).toBe(0);
    expect(record.calls[1]?.params).toEqual({ runId: 'fp32-run', repeats: 8, scope: 'evaluation', images: null });
    expect(JSON.parse(record.stdout())).toEqual(result);
    const strange = cliRecord({ 'workspace.open': () => summary, 'noise.run': () => ({ ...result, state: 'stopped', control: repeat(0, 87.7, 3), repeats: [], spread: null }) }, files);
    expect(await runCli(['noise'], strange.environment)).toBe(130);
    expect(strange.stdout()).toContain('another machine');
    expect(strange.stdout()).toContain('no repeat is finished');
    const anew = cliRecord({ 'workspace.open': () => summary, 'noise.run': () => ({ ...result, scope: 'calibration' }) }, files);
    await runCli(['noise', '--calibrate'], anew.environment);
    expect(anew.calls[1]?.params).toMatchObject({ scope: 'calibration' });
    expect(anew.stdout()).toContain('calibrated anew under it');
  });
});
