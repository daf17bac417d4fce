import { describe, expect, it } from 'vitest';
import { preprocessPresets } from '../../../../src/engine/core/images/preprocess';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import { choosePreprocess, planRuns, settingsNotes } from '../../../../src/engine/runtime/runs/plan';
import type { EvaluationSpec, RunSettings } from '../../../../src/shared/settings';
import { failureOf } from '../../../helpers/failure-of';

const spec: EvaluationSpec = {
  models: ['m.onnx'], dataset: 'd', schemes: ['Sqrt2_17', 'BitLog2_Half_16'], withFp32: true, wBits: 4, aBits: 4, arithmetic: 'reference', calibrationImages: 32,
  seeds: [0, 1], batch: 2, limit: null, preprocess: 'auto', calibrationList: null, imageList: null, workers: null, resume: false,
};

describe('planRuns', () => {
  it('gives FP32 once and every scheme for every seed', () => {
    const runs = planRuns(spec, preprocessPresets.vit, 2);
    expect(runs.map(({ scheme, seed, arithmetic, wBits, aBits }) => [scheme, seed, arithmetic, wBits, aBits])).toEqual([
      ['none', 0, 'fp32', 32, 32],
      ['Sqrt2_17', 0, 'reference', 4, 4], ['BitLog2_Half_16', 0, 'reference', 4, 4],
      ['Sqrt2_17', 1, 'reference', 4, 4], ['BitLog2_Half_16', 1, 'reference', 4, 4],
    ]);
  });

  it('gives the same FP32 run whatever is calibrated, so that it is continued and not repeated', () => {
    const [first] = planRuns(spec, preprocessPresets.vit, 2);
    const [other] = planRuns({ ...spec, calibrationImages: 8, seeds: [5], calibrationList: ['x.png'] }, preprocessPresets.vit, 2);
    expect(other).toEqual(first);
  });
});

describe('integer arithmetic', () => {
  it('is a setting of every quantised run, and of none else', () => {
    const runs = planRuns({ ...spec, arithmetic: 'integer', seeds: [0] }, preprocessPresets.vit, 2);
    expect(runs.map(({ scheme, arithmetic }) => [scheme, arithmetic])).toEqual([['none', 'fp32'], ['Sqrt2_17', 'integer'], ['BitLog2_Half_16', 'integer']]);
  });

  it.each([[{ wBits: 32 }, 'w_bits 32'], [{ aBits: 32 }, 'a_bits 32'], [{ wBits: 32, aBits: 32 }, 'w_bits 32']])('is refused with %o, which leaves no codes to multiply', (change, place) => {
    const failure = failureOf(() => planRuns({ ...spec, arithmetic: 'integer', ...change }, preprocessPresets.vit, 2));
    expect(failure).toEqual({ kind: 'settings', what: expect.stringContaining('Integer arithmetic'), place, expected: expect.stringContaining('2 to 8 bits'), next: expect.stringContaining('--arithmetic reference') });
    // The other arithmetics take them.
    for (const arithmetic of ['reference', 'fp32'] as const) expect(failureOf(() => planRuns({ ...spec, arithmetic, ...change }, preprocessPresets.vit, 2))).toBeNull();
  });

});

describe('settingsNotes', () => {
  const notes = (scheme: RunSettings['scheme'], aBits: number): string[] => {
    const [run] = planRuns({ ...spec, schemes: [scheme], aBits, withFp32: false }, preprocessPresets.vit, 1);
    return run === undefined ? [] : settingsNotes(run);
  };

  it('says when a scheme has more values than its bits hold, at any bits', () => {
    expect(notes('Sqrt2_17', 4)).toEqual(['Sqrt2_17 has 17 distinct values (16 and zero), one more than 4 bits hold']);
    expect(notes('Sqrt2_17', 8)).toEqual(['Sqrt2_17 has 257 distinct values (256 and zero), one more than 8 bits hold']);
    expect(notes('Sqrt2_16', 8)).toEqual([]);
    expect(notes('none', 4)).toEqual([]);
  });

  it('says when the map has other bits than the activations', () => {
    expect(notes('BitLog2_Half_16', 8)).toEqual(['BitLog2_Half_16 quantises the attention map with 4 bits while activations have 8']);
    expect(notes('Sqrt2_16', 32)).toEqual(['Sqrt2_16 quantises the attention map with 4 bits while activations are off']);
  });
});

describe('choosePreprocess', () => {
  it('takes what was asked, else the file, else its name, else its structure, and says which', async () => {
    const { structure } = await importGraph(buildVit({ image: 32, patch: 8, dim: 16, depth: 1, heads: 2, mlpRatio: 2, classes: 4 }, 1));
    const own = { 'bitlog2.preprocess': '{"mean":[0.1,0.2,0.3],"std":[1,1,1],"crop_pct":1,"interpolation":"bilinear"}' };
    expect(choosePreprocess('swin', 'vit_x', structure, own)).toEqual({ preprocess: preprocessPresets.swin, source: 'preset swin, as asked' });
    expect(choosePreprocess('auto', 'vit_x', structure, own).preprocess).toEqual({ mean: [0.1, 0.2, 0.3], std: [1, 1, 1], cropPct: 1, interpolation: 'bilinear' });
    expect(choosePreprocess('auto', 'vit_x', structure, own).source).toBe('from the model file (bitlog2.preprocess)');
    expect(choosePreprocess('auto', 'vit_x', structure, { ...own, 'bitlog2.preprocess.file': 'preprocessor_config.json' }).source).toBe('from preprocessor_config.json');
    expect(choosePreprocess('auto', 'DeiT_mine', structure, {})).toEqual({ preprocess: preprocessPresets.deit, source: 'preset deit, by the file\'s name' });
    // Of the table's models the published one, and what else is written in the file is said.
    expect(choosePreprocess('auto', 'deit_small_patch16_224.fb_in1k', structure, {})).toEqual({ preprocess: preprocessPresets.deit, source: 'preset deit, the published one of deit_small' });
    expect(choosePreprocess('auto', 'deit_small', structure, own)).toEqual({ preprocess: preprocessPresets.deit, source: `preset deit, the published one of deit_small (the model's own files say otherwise: ${own['bitlog2.preprocess']})` });
    expect(choosePreprocess('auto', 'deit_small_patch16_224.other', structure, own).preprocess.cropPct).toBe(1);
    expect(choosePreprocess('auto', 'model', structure, {})).toEqual({ preprocess: preprocessPresets.vit, source: 'preset vit, by the model\'s structure' });
  });
});
