/** What `bitlog2 eval` prints of what was evaluated, and what it says of what failed. */
import { array, looseObject, object, parse, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import { fail } from '../../src/shared/failure';
import { cliRecord } from '../helpers/cli-environment';
import { base, files, fp32, half, parameters, result, script } from '../helpers/eval-script';

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
