import { describe, expect, it } from 'vitest';
import { EngineError, type Failure } from '../../src/shared/failure';
import { parseRecipe, recipeChoices, recipeKeys, recipeOf, type Recipe } from '../../src/shared/recipe';
import { logSchemeIds, type RunSettings } from '../../src/shared/settings';

const full: Recipe = {
  name: 'heads alone', schemes: ['BitLog2_Half_17', 'Sqrt2_17'], w_bits: 6, a_bits: 8, arithmetic: 'reference', calib_batchsize: 16, seed: [0, 2], batch: 4,
  overrides: { '*': 8, '*.attn.matmul2:A': 'Sqrt2_16', 'blocks.3.attn.matmul2:A#5': 'fp32' }, calibration_list: ['train/a/1.png'],
};

function failureOf(text: string): Failure {
  try {
    parseRecipe(text, '/here/r.json');
  } catch (error) {
    if (error instanceof EngineError) return error.failure;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a recipe', () => {
  it('is read as it stands, in its own order', () => {
    const read = parseRecipe(`\uFEFF${JSON.stringify(full)}`, 'r.json');
    expect(JSON.stringify(read)).toBe(JSON.stringify(full));
    expect(Object.keys(full).every((key) => recipeKeys.includes(key))).toBe(true);
  });

  it('may be empty', () => { expect(recipeChoices(parseRecipe('{}', 'r.json'))).toEqual({}); });

  it('decides what it names', () => {
    expect(recipeChoices(full)).toEqual({
      schemes: ['BitLog2_Half_17', 'Sqrt2_17'], wBits: 6, aBits: 8, arithmetic: 'reference', calibrationImages: 16, seeds: [0, 2], batch: 4,
      overrides: full.overrides, calibrationList: ['train/a/1.png'],
    });
    expect(recipeChoices({ scheme: 'none', seed: 3, overrides: {} })).toEqual({ schemes: ['none'], seeds: [3] });
    expect(recipeChoices({ schemes: 'all' })).toEqual({ schemes: logSchemeIds });
  });

  it.each([
    ['{', 'not JSON', undefined],
    ['[]', 'a recipe is a JSON object', undefined],
    ['{"wbits": 4}', '"wbits" is no key of a recipe; allowed: name, scheme, schemes, w_bits', 'wbits'],
    ['{"w_bits": 9}', 'bits must be 2 to 8', 'w_bits'],
    ['{"scheme": "Half_17"}', '', 'scheme'],
    ['{"scheme": "none", "schemes": ["none"]}', 'give one of them', undefined],
    ['{"schemes": []}', '', 'schemes'],
    ['{"overrides": {"head:weights": 4}}', '"weights" is no operand', 'overrides.head:weights'],
    ['{"overrides": {"head": 17}}', 'bits must be 2 to 8', 'overrides.head'],
    ['{"overrides": {"head": "Half_17"}}', 'an override is 2 to 8 bits, "fp32", or a scheme', 'overrides.head'],
    ['{"overrides": {"head:weight": "Sqrt2_17"}}', 'a scheme is for the attention map only', 'overrides'],
    ['{"arithmetic": "exact"}', '', 'arithmetic'],
    ['{"seed": -1}', 'whole numbers from 0', 'seed'],
    ['{"name": " "}', 'a recipe has a name', 'name'],
  ])('%s is refused', (text, what, place) => {
    const failure = failureOf(text);
    expect(failure).toMatchObject({ kind: 'recipe', file: '/here/r.json' });
    expect(failure.what).toContain(what);
    if (place !== undefined) expect(failure.place).toBe(place);
  });

  it('is made of a run, and makes the same run again', () => {
    const settings: RunSettings = {
      scheme: 'Sqrt2_16', wBits: 4, aBits: 6, arithmetic: 'integer', calibrationImages: 8, seed: 3, batch: 2, limit: 10,
      preprocess: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], cropPct: 0.9, interpolation: 'bicubic' }, calibrationList: ['a'], imageList: null, overrides: { 'b*': 8, 'a*': 'fp32' },
    };
    const recipe = recipeOf(settings, 'mine');
    expect(recipe.name).toBe('mine');
    expect(recipeChoices(parseRecipe(JSON.stringify(recipe), 'r.json'))).toEqual({
      schemes: ['Sqrt2_16'], wBits: 4, aBits: 6, arithmetic: 'integer', calibrationImages: 8, seeds: [3], batch: 2, calibrationList: ['a'], overrides: settings.overrides,
    });
    const { overrides, ...plain } = settings;
    expect(overrides).toBeDefined();
    expect(recipeOf({ ...plain, calibrationList: null }, 'plain')).toEqual({ name: 'plain', scheme: 'Sqrt2_16', w_bits: 4, a_bits: 6, arithmetic: 'integer', calib_batchsize: 8, seed: 3, batch: 2 });
  });
});
