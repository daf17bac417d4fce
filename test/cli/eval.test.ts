import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import { fail } from '../../src/shared/failure';
import type { EvaluationResult } from '../../src/shared/evaluation';
import { evaluationResultSchema } from '../../src/shared/evaluation';
import { evaluationSpecSchema, logSchemeIds } from '../../src/shared/settings';
import { array, looseObject, object, parse, string } from 'valibot';
import { pairedRecord, runRecord } from '../helpers/board-records';
import { cliRecord, type EngineScript } from '../helpers/cli-environment';
import { faultReport, passedReport } from '../helpers/gate-reports';
import { modelRecord } from '../helpers/store-records';

const files = { '/here/a.onnx': 'x', '/here/b.onnx': 'x', '/data/models/vit_small_patch16_224.augreg_in21k_ft_in1k.onnx': 'x' };
const base = ['eval', '--model', 'a.onnx', '--dataset', 'images'];
const model = modelRecord('tiny');
const fp32 = runRecord(model, 'none', 90);
const half = runRecord(model, 'BitLog2_Half_17', 87.5);
const parameters = { 'blocks.0.attn.matmul2': { A: { bits: 4, scheme: 'BitLog2_Half_17', delta: [327] } } };

function result(extra: Partial<EvaluationResult> = {}): EvaluationResult {
  return parse(evaluationResultSchema, {
    state: 'done', runs: [{ run: fp32, parameters: {}, skipped: [] }, { run: half, parameters, skipped: [] }], paired: [pairedRecord(half, fp32)], failures: [], ...extra,
  });
}

function script(answer: EvaluationResult, extra: EngineScript = {}): EngineScript {
  const summary = { file: '/data/default.bitlog2', models: [model], datasets: [], runs: [fp32, half] };
  return {
    'workspace.open': () => summary, 'workspace.summary': () => summary, 'gate.check': ({ model: file }) => passedReport(file), 'evaluation.run': () => answer,
    'run.paired': ({ runId }) => [{ ...pairedRecord(half, fp32), a: runId }], ...extra,
  };
}

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
    [['--log_quant_scheme', 'Half_17'], logSchemeIds.join(', ')],
    [['--log_quant_scheme', ','], 'empty'],
    [['--w_bits', '9'], '2 to 8, or 32'],
    [['--w_bits', '1'], '2 to 8, or 32'],
    [['--a_bit', '4.5'], '2 to 8, or 32'],
    [['--arithmetic', 'int8'], 'reference, integer'],
    [['--limit', '0'], 'from 1'],
    [['--batch', '-1'], 'from 1'],
    [['--seed', '0,x'], 'from 0'],
    [['--preprocess', 'resnet'], 'auto, deit, vit, swin'],
    [['--preprocess', '{"mean":[0,0,0],"std":[1,0,1],"crop_pct":1,"interpolation":"bilinear"}'], 'crop_pct'],
    [['--preprocess', '{"mean":[0,0,0],"std":[1,1,1],"crop_pct":2,"interpolation":"bilinear"}'], 'crop_pct'],
    [['--preprocess', '{"mean":[0,0,0],"std":[1,1,1],"crop":1,"interpolation":"bilinear"}'], 'crop_pct'],
    [['--frobnicate'], 'unknown option'],
  ])('%j is a usage error that says what is allowed', async (args, allowed) => {
    const record = cliRecord(script(result()), files);
    expect(await runCli([...base, ...args], record.environment)).toBe(2);
    expect(record.stderr()).toContain(allowed);
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

describe('eval: results', () => {
  it('prints one JSON document, and nothing else, on stdout', async () => {
    const record = cliRecord(script(result({ runs: [...result().runs, { run: { ...half, id: 's1', skipped: 1, settings: { ...half.settings, seed: 1 } }, parameters, skipped: [{ file: 'val/x.png', reason: 'cmyk', detail: '4 channels' }] }] })), files);
    expect(await runCli([...base, '--json'], record.environment)).toBe(3);
    const document: unknown = JSON.parse(record.stdout());
    expect(document).toEqual({
      runs: [
        expect.objectContaining({ model: 'tiny', scheme: 'none', w_bits: 32, a_bits: 32, arithmetic: 'fp32', images: 1000, skipped: [], top1: 90, top5: 95, top1_ci95: [88, 91.5], loss: 0.4, parameters: {} }),
        expect.objectContaining({ model: 'tiny', scheme: 'BitLog2_Half_17', w_bits: 4, a_bits: 4, arithmetic: 'reference', seconds: { calibration: 3.5, evaluation: 20 }, images_per_second: 50, parameters }),
        expect.objectContaining({ seed: 1, skipped: [{ file: 'val/x.png', reason: 'cmyk', detail: '4 channels' }] }),
      ],
      paired: [expect.objectContaining({ a: 'tiny/BitLog2_Half_17/0', b: 'tiny/none/0', difference: -2.5, ci95: [-3.5, -1.5], mcnemar_p: 0.02 })],
    });
    expect(record.stderr()).toContain('1 image was skipped');
    expect(record.closed()).toBe(1);
  });

  it('tells of integer runs whether they are exact and which sites are not integer, and of no others', async () => {
    const integer = { ...half, id: 'i', settings: { ...half.settings, arithmetic: 'integer' as const } };
    const fallbacks = [{ site: 'blocks.0.mlp.fc2', reason: 'the zero point of its input is -3, outside the 0 to 255 of a byte' }];
    const runs = [{ ...integer, exact: true }, { ...integer, id: 'j', exact: false, fallbacks }, { ...integer, id: 'k', state: 'stopped' as const }].map((run) => ({ run, parameters, skipped: [] }));
    const record = cliRecord(script(result({ runs: [...result().runs, ...runs] })), files);
    await runCli([...base, '--arithmetic', 'integer', '--json'], record.environment);
    const document = parse(object({ runs: array(looseObject({ arithmetic: string() })) }), JSON.parse(record.stdout()));
    expect(document.runs.map(({ arithmetic, exact, fallbacks: sites }) => [arithmetic, exact, sites])).toEqual([
      ['fp32', undefined, undefined], ['reference', undefined, undefined], ['integer', true, []], ['integer', false, fallbacks], ['integer', null, []],
    ]);
  });

  it('prints a table with intervals and differences', async () => {
    const record = cliRecord(script(result()), files);
    expect(await runCli(base, record.environment)).toBe(0);
    const [head, first, second] = record.stdout().split('\n');
    expect(head).toMatch(/model +scheme +bits +images +top-1 % +95 % interval +top-5 % +to FP32, points +95 % interval +p +images\/s/);
    expect(first).toMatch(/tiny +FP32 +W32A32 +1000 +90\.00 +88\.00 to 91\.50 +95\.00 +50\.0/);
    expect(second).toMatch(/tiny +BitLog2_Half_17 +W4A4 +1000 +87\.50 +85\.50 to 89\.00 +92\.50 +-2\.50 +-3\.50 to -1\.50 +0\.0200 +50\.0/);
  });

  it('names how pictures and labels were treated: in JSON always, in the table where it is not the plain way', async () => {
    const odd = { ...half, settings: { ...half.settings, preprocess: { ...half.settings.preprocess, channels: 'bgr' as const, resize: 'squash' as const }, labelMap: 'plus-one' as const, imageList: ['val/a.png'] } };
    const answer = result({ runs: [{ run: fp32, parameters: {}, skipped: [] }, { run: odd, parameters, skipped: [] }] });
    const json = cliRecord(script(answer), files);
    await runCli([...base, '--json'], json.environment);
    const { runs } = parse(object({ runs: array(looseObject({})) }), JSON.parse(json.stdout()));
    const preprocess = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], crop_pct: 0.9, interpolation: 'bicubic' };
    expect(runs.map((run) => [run['preprocess'], run['label_map'], run['image_list']])).toEqual([[preprocess, undefined, undefined], [{ ...preprocess, channels: 'bgr', resize: 'squash' }, 'plus-one', ['val/a.png']]]);
    const table = cliRecord(script(answer), files);
    await runCli(base, table.environment);
    expect(table.stdout().split('\n').slice(3)).toEqual(['tiny: both sides resized (squash)', 'tiny: channels BGR (blue first)', 'tiny: labels mapped (plus-one): output = label + 1', 'tiny: images from a list chosen by hand', 'p: exact McNemar test against FP32 on the same images', '']);
    const plain = cliRecord(script(result()), files);
    await runCli(base, plain.environment);
    expect(plain.stdout().split('\n').slice(3)).toEqual(['p: exact McNemar test against FP32 on the same images', '']);
  });

  it('says what failed in several lines, without a stack, exit 1', async () => {
    const record = cliRecord({ ...script(result()), 'evaluation.run': () => { throw fail('model-no-attention', 'The model has no softmax attention', { file: 'a.onnx', next: 'Choose a transformer' }); } }, files);
    expect(await runCli([...base, '--no-gate'], record.environment)).toBe(1);
    expect(record.stderr()).toBe('The model has no softmax attention\n  file:     a.onnx\n  next:     Choose a transformer\n');
    expect(record.stdout()).toBe('');
    expect(record.closed()).toBe(1);
  });

  it('exits 1 when one of several models failed, and still prints the others', async () => {
    const record = cliRecord(script(result({ failures: [{ kind: 'model-unreadable', what: 'The file is truncated' }] })), files);
    expect(await runCli(base, record.environment)).toBe(1);
    expect(record.stdout()).toContain('BitLog2_Half_17');
    expect(record.stderr()).toContain('The file is truncated');
  });

  it('exits 2 when the engine refuses a setting, 1 when a list or a model is missing', async () => {
    const refused = cliRecord({ ...script(result()), 'evaluation.run': () => { throw fail('settings', 'This version has no integer arithmetic'); } }, files);
    expect(await runCli(base, refused.environment)).toBe(2);
    const list = cliRecord(script(result()), files);
    expect(await runCli([...base, '--image-list', 'missing.txt'], list.environment)).toBe(1);
    expect(list.stderr()).toContain('/here/missing.txt');
    const noModel = cliRecord(script(result()), files);
    expect(await runCli(['eval', '--model', 'nothing.onnx', '--dataset', 'd'], noModel.environment)).toBe(1);
    expect(noModel.opened()).toEqual([]);
  });

  it('shows a bug as one', async () => {
    const record = cliRecord({ ...script(result()), 'evaluation.run': () => { throw new TypeError('x is not a function'); } }, files);
    expect(await runCli(base, record.environment)).toBe(1);
    expect(record.stderr()).toContain('this is a bug');
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
