import { describe, expect, it } from 'vitest';
import { modelTitles } from '../../../src/renderer/src/format/model-titles';
import { datasetTitles } from '../../../src/renderer/src/format/dataset-titles';
import { shortBlockName } from '../../../src/renderer/src/format/block-name';
import * as numbers from '../../../src/renderer/src/format/numbers';
import { ladderPosition, schemeLook } from '../../../src/renderer/src/format/schemes';
import { schemeIds } from '../../../src/shared/settings';

describe('numbers', () => {
  it.each([
    [numbers.signed('en', -1.2), '−1.20'],
    [numbers.signed('en', 0.7), '+0.70'],
    [numbers.signed('en', -0.001), '0.00'],
    [numbers.interval('en', [86.21, 90.07]), '86.2–90.1'],
    [numbers.pValue('en', 0.0004), '< 0.001'],
    [numbers.pValue('en', 0.0499), '0.050'],
    [numbers.parameters('en', 22_050_664), '22.1 M'],
    [numbers.parameters('en', 812_000), '812 k'],
    [numbers.bytes('ko', 734 * 2 ** 20), '734 MiB'],
    [numbers.bytes('en', 3.5 * 2 ** 30), '3.5 GiB'],
    [numbers.significant('en', 0.0000123), '1.23e−5'],
    [numbers.significant('en', 12.345), '12.3'],
    [numbers.significant('en', Number.POSITIVE_INFINITY), '∞'],
    [numbers.count('ko', 50000), '50,000'],
  ])('%s', (actual, expected) => expect(actual).toBe(expected));

  it('splits seconds without losing one', () => {
    expect(numbers.splitDuration(2 * 3600 + 41 * 60 + 3.4)).toEqual({ hours: 2, minutes: 41, seconds: 3 });
    expect(numbers.splitDuration(59.6)).toEqual({ hours: 0, minutes: 1, seconds: 0 });
  });
});

describe('names', () => {
  it('shortens block names of both families', () => {
    expect(shortBlockName('blocks.11.attn', 0)).toBe('11');
    expect(shortBlockName('layers.1.blocks.0.attn', 2)).toBe('1.0');
    expect(shortBlockName('attention', 2)).toBe('2');
  });

  it('gives every scheme a colour of its own', () => {
    expect(new Set(schemeIds.map((id) => schemeLook(id).colour)).size).toBe(schemeIds.length);
  });

  it('places levels on the ladder and zero nowhere', () => {
    expect([1, 2 ** -8, 2 ** -16, 0].map(ladderPosition)).toEqual([1, 0.5, 0, null]);
  });
});

describe('data set names', () => {
  it('gain folders only where two are alike', () => {
    const titles = datasetTitles([{ id: 'a', name: 'images', root: '/sample/images' }, { id: 'b', name: 'images', root: 'C:\\work\\mine\\images' }, { id: 'c', name: 'imagenet', root: '/data/imagenet' }]);
    expect([...titles.values()]).toEqual(['sample/images', 'mine/images', 'imagenet']);
  });
});

describe('model names', () => {
  it('gain their hash only where two are alike', () => {
    const titles = modelTitles([{ id: 'a', name: 'swin', hash: '5512aaf0' }, { id: 'b', name: 'swin', hash: '0a1b2c3d' }, { id: 'c', name: 'vit', hash: 'ffff0000' }]);
    expect([...titles.values()]).toEqual(['swin 5512aa', 'swin 0a1b2c', 'vit']);
  });
});
