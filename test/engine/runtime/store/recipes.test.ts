/** What the workspace holds of recipes and overrides: their order has a meaning, and nothing may sort it away. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import { settingsKey } from '../../../../src/engine/runtime/store/runs';
import { parseSettings, settingsText } from '../../../../src/engine/runtime/store/stored-settings';
import type { Store } from '../../../../src/engine/runtime/store/store-types';
import type { Recipe } from '../../../../src/shared/recipe';
import { settings, temporaryFolder } from '../../../helpers/store-records';

describe('settings with overrides', () => {
  const overrides = { 'z*': 8, 'a*': 'fp32', '*.matmul2:A#1': 'Sqrt2_17' } as const;

  it('come back in the order in which they were given', () => {
    const run = settings('BitLog2_Half_17', { overrides });
    const back = parseSettings(settingsText(run));
    expect(back).toEqual(run);
    expect(Object.keys(back.overrides ?? {})).toEqual(Object.keys(overrides));
  });

  it('are others when the order is another', () => {
    const turned = Object.fromEntries(Object.entries(overrides).reverse());
    expect(settingsKey(settings('BitLog2_Half_17', { overrides }))).not.toBe(settingsKey(settings('BitLog2_Half_17', { overrides: turned })));
    expect(settingsKey(settings('BitLog2_Half_17', { overrides }))).toBe(settingsKey(settings('BitLog2_Half_17', { overrides: { ...overrides } })));
  });

  it('are those of an old workspace when there are none', () => {
    const plain = settings('BitLog2_Half_17');
    for (const none of [{}, undefined]) {
      expect(settingsText({ ...plain, overrides: none })).toBe(settingsText(plain));
      expect(settingsKey({ ...plain, overrides: none })).toBe(settingsKey(plain));
    }
    expect(settingsText(plain)).not.toContain('overrides');
    expect(parseSettings(settingsText(plain))).toEqual(plain);
  });
});

describe('recipes', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: Store;
  beforeEach(async () => {
    folder = temporaryFolder('recipes');
    store = await openStore(`${folder.path}/w.bitlog2`);
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  const recipe: Recipe = { overrides: { 'z*': 8, 'a*': 'fp32' }, w_bits: 4, name: 'mine', schemes: 'all' };

  it('are the same JSON after the workspace was closed', async () => {
    await store.saveRecipe('mine', recipe);
    await store.saveRecipe('another', { name: 'another' });
    await store.close();
    store = await openStore(`${folder.path}/w.bitlog2`);
    const kept = await store.recipes();
    expect(kept.map(({ name }) => name)).toEqual(['another', 'mine']);
    expect(JSON.stringify(kept[1]?.recipe.overrides)).toBe(JSON.stringify(recipe.overrides));
    expect(kept[1]?.recipe).toEqual(recipe);
  });

  it('take the place of one with their name, and go when they are deleted', async () => {
    await store.saveRecipe('mine', recipe);
    await store.saveRecipe('mine', { name: 'mine', a_bits: 8 });
    expect(await store.recipes()).toEqual([{ name: 'mine', recipe: { name: 'mine', a_bits: 8 } }]);
    expect([await store.deleteRecipe('mine'), await store.deleteRecipe('mine')]).toEqual([true, false]);
    expect(await store.recipes()).toEqual([]);
  });
});
