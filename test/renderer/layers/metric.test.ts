import { describe, expect, it } from 'vitest';
import type { LayerRow } from '../../../src/renderer/src/layers/layer-rows';
import { layerRows } from '../../../src/renderer/src/layers/layer-rows';
import type { Metric } from '../../../src/renderer/src/layers/metric';
import { badness, metricScale, placeOn, valueOf, worseEnd, worstRow } from '../../../src/renderer/src/layers/metric';
import { makeErrors, makeSensitivity } from '../fixture-layers';
import { makeRun, vit } from '../fixture-data';

const errors = makeErrors(makeRun(vit, 'Sqrt2_16'), vit, 16);
const sensitivity = makeSensitivity(makeRun(vit, 'Sqrt2_16'), vit, 'on-alone', 16);
const rows = layerRows([], errors, { 'on-alone': sensitivity.rows.slice(0, 3) });
const metric = (figure: 'relativeL2' | 'sqnr' | 'cosine', scope: 'local' | 'weights' = 'local'): Metric => ({ kind: 'error', figure, scope });
const find = (site: string): LayerRow => {
  const row = rows.find((candidate) => candidate.site === site);
  if (row === undefined) throw new Error(site);
  return row;
};

describe('layerRows', () => {
  it('are the sites in network order, with sensitivity as far as it came', () => {
    expect(rows.map(({ site }) => site)).toEqual(errors.sites.map(({ site }) => site));
    expect(rows.filter((row) => row.sensitivity['on-alone'] !== null).map(({ order }) => order)).toEqual([0, 1, 2]);
    expect(rows.every((row) => row.sensitivity['off-alone'] === null)).toBe(true);
  });

  it('name the sites before anything is measured', () => {
    expect(layerRows([{ name: 'head', role: 'head', block: null }], null, {})).toMatchObject([{ site: 'head', error: null, order: 0 }]);
  });
});

describe('valueOf', () => {
  it('is null where a site has nothing of the kind', () => {
    expect(valueOf(find('blocks.0.attn.matmul1'), metric('relativeL2', 'weights'))).toBeNull();
    expect(valueOf(find('blocks.0.attn.qkv'), metric('relativeL2', 'weights'))).toBe(find('blocks.0.attn.qkv').error?.weights?.relativeL2);
    expect(valueOf(find('head'), { kind: 'kl', scope: 'on-alone' })).toBeNull();
  });
});

describe('worse is', () => {
  it('more error, fewer decibels, a smaller cosine, more KL alone, less KL without', () => {
    expect((['relativeL2', 'sqnr', 'cosine'] as const).map((figure) => worseEnd(metric(figure)))).toEqual(['high', 'low', 'low']);
    expect(worseEnd({ kind: 'kl', scope: 'on-alone' })).toBe('high');
    expect(worseEnd({ kind: 'kl', scope: 'off-alone' })).toBe('low');
    expect(badness(12, metric('sqnr'))).toBe(-12);
    expect(badness(null, metric('sqnr'))).toBeNull();
  });

  it('finds the worst site by every figure', () => {
    const worst = worstRow(rows, metric('relativeL2'))?.site;
    expect(worst).toBe(worstRow(rows, metric('sqnr'))?.site);
    expect(worstRow([], metric('sqnr'))).toBeNull();
  });
});

describe('metricScale', () => {
  it('begins errors at none', () => {
    expect(metricScale([0.1, 0.4], metric('relativeL2'))).toEqual({ best: 0, worst: 0.4, log: false });
    expect(metricScale([0.9, 0.99], metric('cosine'))).toEqual({ best: 1, worst: 0.9, log: false });
  });

  it('turns decibels round, and takes no error for the best', () => {
    const scale = metricScale([10, 30, Infinity], metric('sqnr'));
    expect(scale).toEqual({ best: 30, worst: 10, log: false });
    expect([10, 20, 30, Infinity].map((value) => placeOn(scale, value))).toEqual([1, 0.5, 0, 0]);
  });

  it('shows KL by its order of magnitude, three at most', () => {
    const scale = metricScale([0, 1e-9, 0.01, 0.1], { kind: 'kl', scope: 'on-alone' });
    expect(scale).toEqual({ best: 0.0001, worst: 0.1, log: true });
    expect([0, 0.0001, 0.001, 0.1].map((value) => Number(placeOn(scale, value).toFixed(3)))).toEqual([0, 0, 0.333, 1]);
  });

  it('is something without values, and where all are alike', () => {
    expect(metricScale([], metric('sqnr'))).toEqual({ best: 0, worst: 1, log: false });
    expect(placeOn(metricScale([7, 7], metric('sqnr')), 7)).toBe(0.5);
    expect(placeOn(metricScale([0], metric('relativeL2')), 0)).toBe(0);
    expect(metricScale([0], { kind: 'kl', scope: 'on-alone' })).toEqual({ best: 0, worst: 1, log: false });
  });
});
