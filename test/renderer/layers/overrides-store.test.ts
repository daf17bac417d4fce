import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { draftSpec, runOfDraft, useOverrides } from '../../../src/renderer/src/stores/overrides';
import { dataset, makeRun, vit } from '../fixture-data';

const run = makeRun(vit, 'BitLog2_Half_17', { settings: { ...makeRun(vit, 'BitLog2_Half_17').settings, limit: 300, overrides: { head: 'fp32' } } });
const target = { site: 'blocks.1.mlp.fc2', operand: null, head: null };

beforeEach(() => setActivePinia(createPinia()));

describe('overrides store', () => {
  it('keeps a draft for each run, with its own steps', () => {
    const store = useOverrides();
    store.change('a', target, 'fp32');
    store.change('b', target, 8);
    store.change('b', { ...target, operand: 'input' }, 6);
    store.undo('b');
    expect(store.draftOf('a')).toEqual({ 'blocks.1.mlp.fc2': 'fp32' });
    expect(store.draftOf('b')).toEqual({ 'blocks.1.mlp.fc2': 8 });
    store.redo('b');
    expect(Object.keys(store.draftOf('b'))).toEqual(['blocks.1.mlp.fc2', 'blocks.1.mlp.fc2:input']);
    expect(store.draftOf(null)).toEqual({});
  });

  it('makes no step of what changes nothing', () => {
    const store = useOverrides();
    store.change('a', target, 8);
    store.change('a', target, 8);
    store.takeBack('a', { ...target, site: 'head' });
    expect(store.historyFor('a').past).toHaveLength(1);
  });
});

describe('draftSpec', () => {
  it('is the same evaluation with the run’s exceptions and the draft behind them', () => {
    expect(draftSpec(run, { 'blocks.1.mlp.fc2': 8 }, vit, dataset)).toMatchObject({
      models: [vit.file], dataset: dataset.root, schemes: ['BitLog2_Half_17'], withFp32: false, wBits: 4, aBits: 4, limit: 300, seeds: [0], resume: true,
      overrides: { head: 'fp32', 'blocks.1.mlp.fc2': 8 },
    });
    expect('overrides' in draftSpec(makeRun(vit, 'Sqrt2_16'), {}, vit, dataset)).toBe(false);
  });
});

describe('runOfDraft', () => {
  const draft = { 'blocks.1.mlp.fc2': 8 };
  const made = { ...run, id: 'new', settings: { ...run.settings, overrides: { head: 'fp32' as const, 'blocks.1.mlp.fc2': 8 } } };

  it('finds the run whose settings are equal but for the exceptions', () => {
    expect(runOfDraft(run, draft, [run, made])?.id).toBe('new');
    expect(runOfDraft(run, draft, [run])).toBeNull();
  });

  it('takes no run of other settings, or of other exceptions', () => {
    const others = [
      { ...made, settings: { ...made.settings, seed: 1 } }, { ...made, settings: { ...made.settings, limit: null } }, { ...made, datasetId: 'other' },
      { ...made, settings: { ...made.settings, overrides: { 'blocks.1.mlp.fc2': 8 } } },
    ];
    expect(runOfDraft(run, draft, others)).toBeNull();
  });
});
