import { describe, expect, it } from 'vitest';
import { expectation } from '../../../../src/engine/core/gate/expectation';
import { fileTrouble, repeats } from '../../../../src/engine/core/gate/files';
import { differingMaps, labelMap, type LabelledModel } from '../../../../src/engine/core/gate/label-maps';
import { binomialTail, signTail } from '../../../../src/engine/core/gate/compare';
import { variantsOf } from '../../../../src/engine/core/gate/variants';
import { togetherByChance } from '../../../../src/engine/core/gate/together';
import { normalTail } from '../../../../src/engine/core/metrics/normal-tail';
import { mcnemarExact } from '../../../../src/engine/core/metrics/mcnemar';
import { wilcoxonAbove } from '../../../../src/engine/core/metrics/wilcoxon';
import { imagenetClasses, imagenetTables } from '../../../../src/engine/runtime/datasets/imagenet-class-list';
import { labelMapIds } from '../../../../src/shared/label-map';
import { normalisationOf } from '../../../../src/shared/gate';

const imagenet: LabelledModel = { labelSet: 'imagenet-1k', classes: imagenetClasses.list.map(({ id, name }, label) => ({ folder: id, wordNetId: id, name, label })), outputs: 1000, outputNames: null };
const own = (folders: readonly string[], change: Partial<LabelledModel> = {}): LabelledModel => ({ labelSet: 'own', classes: folders.map((folder, label) => ({ folder, wordNetId: null, name: folder, label })), outputs: folders.length, outputNames: null, ...change });

describe('label maps', () => {
  it('of ImageNet are inverse where they undo each other', () => {
    for (const [there, back] of [['devkit-to-sorted', 'sorted-to-devkit'], ['names-to-sorted', 'sorted-to-names']] as const) {
      const [first, second] = [labelMap(there, imagenet, imagenetTables), labelMap(back, imagenet, imagenetTables)];
      expect([...(first?.outputs ?? [])].map((output) => second?.outputs[output])).toEqual(imagenet.classes.map(({ label }) => label));
      expect(new Set(first?.outputs).size).toBe(1000);
    }
    // The development kit's number 1 is n02119789, which is 278th among the sorted ids.
    expect(labelMap('devkit-to-sorted', imagenet, imagenetTables)?.outputs[0]).toBe(imagenetClasses.labelOf('n02119789'));
    expect(labelMap('devkit-to-sorted-from-1', imagenet, imagenetTables)?.outputs[1]).toBe(imagenetClasses.labelOf('n02119789'));
  });

  it('of own folders go by their names', () => {
    expect([...(labelMap('by-folder-number', own(['0', '1', '10', '2']), imagenetTables)?.outputs ?? [])]).toEqual([0, 1, -1, 2]);
    expect([...(labelMap('by-folder-number-from-1', own(['1', '2', '3']), imagenetTables)?.outputs ?? [])]).toEqual([0, 1, 2]);
    expect([...(labelMap('by-class-name', own(['Tench', 'great_white-shark'], { outputs: 1000 }), imagenetTables)?.outputs ?? [])]).toEqual([0, 2]);
    expect([...(labelMap('by-model-classes', own(['cat', 'dog'], { outputNames: ['dog', 'cat'] }), imagenetTables)?.outputs ?? [])]).toEqual([1, 0]);
    expect(labelMap('by-folder-number', own(['a', '1']), imagenetTables)).toBeNull();
    expect(labelMap('devkit-to-sorted', own(['a']), imagenetTables)).toBeNull();
  });

  it('of a subset count the folders, for a model with as many outputs', () => {
    const subset: LabelledModel = { ...imagenet, classes: imagenet.classes.filter(({ label }) => [0, 217, 482].includes(label)), outputs: 3 };
    expect(differingMaps(labelMapIds, subset, imagenetTables).map(({ id, outputs }) => [id, outputs[0], outputs[217], outputs[482]])).toEqual([['by-position', 0, 1, 2]]);
  });

  it('differ from each other, and have a place for most classes', () => {
    const ids = differingMaps(labelMapIds, imagenet, imagenetTables).map(({ id }) => id);
    expect(ids).toEqual(['as-listed', 'plus-one', 'minus-one', 'devkit-to-sorted', 'devkit-to-sorted-from-1', 'sorted-to-devkit', 'sorted-to-devkit-plus-one', 'names-to-sorted', 'sorted-to-names']);
    expect(differingMaps(labelMapIds, own(['a'], {}), imagenetTables).map(({ id }) => id)).toEqual(['as-listed']);
  });
});

describe('tests of differences', () => {
  it('normal tail: known values', () => {
    for (const [z, p] of [[0, 0.5], [1, 0.15865525393145707], [1.959963984540054, 0.025], [3, 0.0013498980316301035], [6, 9.865876450376981e-10], [-1, 0.8413447460685429]] as const) expect(normalTail(z) / p).toBeCloseTo(1, 8);
  });

  it('Wilcoxon: the example with ties, and too few', () => {
    expect(wilcoxonAbove([1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe(1);
    const mostly = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75];
    // Fisher's maize data (Darwin): W+ = 96 of 120, normal approximation with continuity.
    expect(wilcoxonAbove(mostly)).toBeCloseTo(normalTail((96 - 60 - 0.5) / Math.sqrt((15 * 16 * 31) / 24)), 12);
    expect(wilcoxonAbove(mostly.map((value) => -value))).toBeGreaterThan(0.97);
    expect(wilcoxonAbove(new Array<number>(30).fill(0))).toBe(1);
  });

  it('one-sided signs are half of McNemar\'s', () => {
    expect(signTail(9, 1)).toBeCloseTo(mcnemarExact(9, 1) / 2, 12);
    expect([signTail(3, 3), signTail(0, 4)]).toEqual([1, 1]);
    expect(binomialTail(2, 2, 0.1)).toBeCloseTo(0.01, 12);
    expect([binomialTail(0, 9, 0.3), binomialTail(1, 9, 0), binomialTail(9, 9, 1)]).toEqual([1, 0, 1]);
  });

  it('equal answers under equal labels are seen, and only they', () => {
    const labels = Array.from({ length: 60 }, (_, i) => i % 6);
    expect(togetherByChance(labels, labels.map((label) => 50 - label), 1)).toBeLessThan(0.001);
    expect(togetherByChance(labels, labels.map((_, i) => (i * 7919) % 13), 1)).toBeGreaterThan(0.01);
    expect(togetherByChance([1, 2, 3], [4, 4, 4], 1)).toBe(1);
  });
});

describe('the published figure', () => {
  const flags = (right: number, of: number): Uint8Array => Uint8Array.from({ length: of }, (_, i) => (i < right ? 1 : 0));
  it('is contradicted only beyond chance', () => {
    expect(expectation(flags(160, 200), 79.85).side).toBe('agrees');
    expect(expectation(flags(145, 200), 79.85).side).toBe('agrees');
    expect(expectation(flags(120, 200), 79.85)).toMatchObject({ side: 'below' });
    expect(expectation(flags(199, 200), 79.85).side).toBe('above');
    expect(expectation(flags(3, 5), 79.85).side).toBe('agrees');
    expect(expectation(flags(200, 200), 100).side).toBe('agrees');
  });
});

describe('files', () => {
  it('a few are said, many are a fault', () => {
    expect(fileTrouble([], 200)).toBeNull();
    expect(fileTrouble(['a'], 200)).toMatchObject({ count: 1, fault: false });
    expect(fileTrouble(Array.from({ length: 20 }, (_, i) => String(i)), 200)).toMatchObject({ count: 20, fault: true, files: ['0', '1', '2', '3', '4', '5'] });
    expect(repeats(['a', 'b', 'c', 'd'], ['x', 'y', 'x', ''])).toEqual(['c']);
  });
});

describe('variants', () => {
  it('change one thing each, never into what is there', () => {
    const now = { mean: [0.5, 0.5, 0.5] as [number, number, number], std: [0.5, 0.5, 0.5] as [number, number, number], cropPct: 0.9, interpolation: 'bicubic' as const };
    const variants = variantsOf(now, new Set());
    expect(variants.map(({ axis }) => axis)).toEqual(['channels', 'normalisation', 'normalisation', 'normalisation', 'normalisation', 'crop', 'crop', 'crop', 'interpolation']);
    expect(variants.every(({ preprocess }) => JSON.stringify(preprocess) !== JSON.stringify(now))).toBe(true);
    expect(variantsOf({ ...now, channels: 'bgr', resize: 'squash', cropPct: 1 }, new Set(['normalisation', 'interpolation'])).map(({ preprocess: { channels, resize, cropPct } }) => [channels ?? 'rgb', resize ?? 'short', cropPct])).toEqual([['rgb', 'squash', 1], ['bgr', 'short', 0.875], ['bgr', 'short', 0.9], ['bgr', 'short', 1]]);
    expect(normalisationOf(now)).toBe('half');
    expect(normalisationOf({ ...now, std: [0.4, 0.5, 0.5] })).toBe('own');
  });
});
