/** `bitlog2 eval`: what its options become, the gate before it, and Ctrl+C. */
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import { fail } from '../../src/shared/failure';
import { evaluationSpecSchema, logSchemeIds } from '../../src/shared/settings';
import { cliRecord } from '../helpers/cli-environment';
import { base, files, half, parameters, result, script } from '../helpers/eval-script';
import { faultReport } from '../helpers/gate-reports';

async function specOf(...args: string[]): Promise<unknown> {
  const record = cliRecord(script(result()), { ...files, '/here/list.txt': '\uFEFFval/a.png\r\n\r\nval/b.png\n' });
  expect(await runCli([...base, ...args], record.environment)).toBe(0);
  const spec = record.calls.find((call) => call.method === 'evaluation.run')?.params;
  // What goes to the engine satisfies its contract.
  parse(evaluationSpecSchema, spec);
  return spec;
}

describe('eval: options', () => {
  it('has the defaults of the seed', async () => {
    expect(await specOf()).toEqual({
      models: ['/here/a.onnx'], dataset: '/here/images', schemes: ['Sqrt2_17'], withFp32: false, wBits: 4, aBits: 4, arithmetic: 'reference', calibrationImages: 32,
      seeds: [0], batch: 1, limit: null, preprocess: 'auto', calibrationList: null, imageList: null, workers: null, resume: false,
    });
  });

  it('takes the seed’s spellings', async () => {
    expect(await specOf('--w_bit', '6', '--a_bit=8', '--val-batchsize', '16', '--print-freq', '100', '--calib-batchsize', '8')).toMatchObject({ wBits: 6, aBits: 8, batch: 16, calibrationImages: 8 });
    expect(await specOf('--w_bits', '32', '--a_bits', '2', '--batch', '4')).toMatchObject({ wBits: 32, aBits: 2, batch: 4 });
  });

  it('takes several models, schemes and seeds', async () => {
    expect(await specOf('--model', 'a.onnx,b.onnx,a.onnx', '--log_quant_scheme', 'all', '--seed', '0,1,1,2')).toMatchObject({ models: ['/here/a.onnx', '/here/b.onnx'], schemes: logSchemeIds, seeds: [0, 1, 2] });
    expect(await specOf('--log_quant_scheme', 'none,Sqrt2_16')).toMatchObject({ schemes: ['none', 'Sqrt2_16'] });
  });

  it('takes preprocessing as preset and as JSON', async () => {
    expect(await specOf('--preprocess', 'deit')).toMatchObject({ preprocess: 'deit' });
    expect(await specOf('--preprocess', '{"mean":[0,0,0],"std":[1,1,1],"crop_pct":1,"interpolation":"bilinear"}')).toMatchObject({ preprocess: { mean: [0, 0, 0], std: [1, 1, 1], cropPct: 1, interpolation: 'bilinear' } });
  });

  it('reads lists line by line', async () => {
    expect(await specOf('--image-list', 'list.txt', '--calibration-list', 'list.txt')).toMatchObject({ imageList: ['val/a.png', '', 'val/b.png', ''], calibrationList: ['val/a.png', '', 'val/b.png', ''] });
  });

  it('passes on limit, workers, arithmetic, resume, the baseline and the workspace', async () => {
    expect(await specOf('--limit', '100', '--workers', '2', '--arithmetic', 'fp32', '--resume', '--fp32')).toMatchObject({ limit: 100, workers: 2, arithmetic: 'fp32', resume: true, withFp32: true });
    const record = cliRecord(script(result()), files);
    await runCli([...base, '--workspace', 'w.bitlog2', '--workers', '3'], record.environment);
    expect(record.calls[0]).toEqual({ method: 'workspace.open', params: { file: '/here/w.bitlog2' } });
    expect(record.opened()).toEqual([{ workers: 3 }]);
  });

  it('finds named models beside the workspace', async () => {
    const record = cliRecord(script(result()), files);
    await runCli(['eval', '--model', 'vit_small', '--dataset', 'd'], record.environment);
    expect(record.calls.find((call) => call.method === 'evaluation.run')?.params).toMatchObject({ models: ['/data/models/vit_small_patch16_224.augreg_in21k_ft_in1k.onnx'] });
  });

  it.each([
    [['--log_quant_scheme', 'Half_17'], '"Half_17" is not a scheme. Allowed: Sqrt2_16'],
    [['--log_quant_scheme', 'Half_17'], logSchemeIds.join(', ')],
    [['--log_quant_scheme', ','], 'empty'],
    [['--w_bits', '9'], '2 to 8, or 32'],
    [['--w_bits', '1'], "'1' is invalid. Allowed: 2 to 8, or 32"],
    [['--a_bits', '9'], "'9' is invalid. Allowed: 2 to 8, or 32"],
    [['--a_bit', '4.5'], '2 to 8, or 32'],
    [['--arithmetic', 'int8'], 'reference, integer'],
    [['--limit', '0'], 'from 1'],
    [['--limit', 'many'], "'many' is invalid. Allowed: a whole number from 1"],
    [['--batch', '0'], "'0' is invalid. Allowed: a whole number from 1"],
    [['--batch', '-1'], 'from 1'],
    [['--seed', '0,x'], 'from 0'],
    [['--preprocess', 'resnet'], 'auto, deit, vit, swin'],
    [['--preprocess', '{"mean":1}'], 'Allowed: auto, deit, vit, swin, or JSON'],
    [['--preprocess', '{"mean":[0,0,0],"std":[1,0,1],"crop_pct":1,"interpolation":"bilinear"}'], 'crop_pct'],
    [['--preprocess', '{"mean":[0,0,0],"std":[1,1,1],"crop_pct":2,"interpolation":"bilinear"}'], 'crop_pct'],
    [['--preprocess', '{"mean":[0,0,0],"std":[1,1,1],"crop":1,"interpolation":"bilinear"}'], 'crop_pct'],
    [['--frobnicate'], 'unknown option'],
  ])('%j is a usage error that says what is allowed', async (args, allowed) => {
    const record = cliRecord(script(result()), files);
    expect(await runCli([...base, ...args], record.environment)).toBe(2);
    expect(record.stderr()).toContain(allowed);
    expect(record.stderr()).toContain('--help');
    expect(record.stdout()).toBe('');
    expect(record.opened()).toEqual([]);
  });

  it.each([[[]], [['eval']], [['eval', '--model', 'a.onnx']], [['eval', '--dataset', 'd']], [['evaluate']], [['eval', '--model', 'a.onnx', '--dataset', 'd', 'surplus']]])('%j lacks something: exit 2', async (args) => {
    const record = cliRecord(script(result()), files);
    expect(await runCli(args, record.environment)).toBe(2);
    expect(record.stdout()).toBe('');
    expect(record.stderr()).not.toBe('');
  });

  it('prints help and version on stdout, exit 0', async () => {
    for (const args of [['--help'], ['eval', '--help'], ['--version']]) {
      const record = cliRecord();
      expect(await runCli(args, record.environment)).toBe(0);
      expect(record.stdout()).toMatch(/--log_quant_scheme|sample|9\.8\.7/);
    }
  });
});

describe('eval: the gate', () => {
  const methods = (record: ReturnType<typeof cliRecord>): string[] => record.calls.map(({ method }) => method);

  it('asks about every model before anything is quantised, as it will be evaluated', async () => {
    const record = cliRecord(script(result()), files);
    expect(await runCli([...base, '--model', 'a.onnx,b.onnx', '--preprocess', 'deit', '--label-order', 'devkit', '--label-map', 'plus-one'], record.environment)).toBe(0);
    const asked = record.calls.filter(({ method }) => method === 'gate.check').map(({ params }) => params);
    expect(asked).toEqual(['/here/a.onnx', '/here/b.onnx'].map((file) => ({ model: file, dataset: '/here/images', preprocess: 'deit', labels: { file: null, order: 'devkit' }, labelMap: 'plus-one' })));
    expect(methods(record).indexOf('evaluation.run')).toBeGreaterThan(methods(record).lastIndexOf('gate.check'));
    expect(record.stderr()).toContain('the FP32 gate passed on 200 images');
  });

  it('stops at a fault, with its evidence and what mends it, and prints no data', async () => {
    const record = cliRecord({ ...script(result()), 'gate.check': ({ model: file }) => faultReport(file) }, files);
    expect(await runCli(base, record.environment)).toBe(1);
    expect(methods(record)).not.toContain('evaluation.run');
    expect(record.stdout()).toBe('');
    for (const text of ['off by one', 'mean and std are not those of the network', '98.200', 'THIS FITS', '--label-map minus-one', '"mean":[0.5,0.5,0.5]', '--no-gate']) expect(record.stderr()).toContain(text);
  });

  it('is left out on request, for FP32 alone, and for a model that cannot be read: the evaluation says why', async () => {
    for (const args of [['--no-gate'], ['--arithmetic', 'fp32']]) {
      const record = cliRecord({ ...script(result()), 'gate.check': () => faultReport() }, files);
      expect(await runCli([...base, ...args], record.environment)).toBe(0);
      expect(methods(record)).not.toContain('gate.check');
    }
    const unreadable = cliRecord({ ...script(result()), 'gate.check': () => { throw fail('model-unreadable', 'The file is truncated'); } }, files);
    expect(await runCli(base, unreadable.environment)).toBe(0);
    const stopped = cliRecord({ ...script(result()), 'gate.check': () => { throw fail('stopped', 'Stopped'); } }, files);
    expect(await runCli(base, stopped.environment)).toBe(130);
  });
});

describe('eval: Ctrl+C', () => {
  it('stops once, keeps what is there, exits 130', async () => {
    const record = cliRecord(script(result(), {
      'evaluation.run': async (_spec, { signal }) => {
        await Promise.resolve();
        record.interrupt();
        expect(signal?.aborted).toBe(true);
        return result({ state: 'stopped', runs: [{ run: { ...half, state: 'stopped', images: 400 }, parameters, skipped: [] }] });
      },
    }), files);
    expect(await runCli(base, record.environment)).toBe(130);
    expect(record.stdout()).toMatch(/400 of 1000/);
    expect(record.stderr()).toContain('Ctrl+C again');
    expect(record.stderr()).toContain('--resume');
    expect(record.closed()).toBe(1);
  });

  it('ends at once the second time', async () => {
    const record = cliRecord(script(result(), {
      'evaluation.run': async () => {
        record.interrupt();
        expect(() => record.interrupt()).toThrow('exit 130');
        return result({ state: 'stopped' });
      },
    }), files);
    expect(await runCli(base, record.environment)).toBe(130);
  });

  it('exits 130 when the stop came before anything was there', async () => {
    const record = cliRecord({ ...script(result()), 'evaluation.run': () => { throw fail('stopped', 'Stopped'); } }, files);
    expect(await runCli(base, record.environment)).toBe(130);
  });
});
