import { describe, expect, it } from 'vitest';
import { assignLabels } from '../../../../src/engine/core/datasets/class-labels';
import { chooseLayout, refuseNestedDataset, type FolderSummary } from '../../../../src/engine/core/datasets/dataset-layout';
import { remarkText } from '../../../../src/engine/core/datasets/dataset-listing';
import { imagenetClasses } from '../../../../src/engine/runtime/datasets/imagenet-class-list';
import { failureOf } from '../../../helpers/failure-of';

describe('assignLabels', () => {
  const labels = (folders: string[]) => assignLabels(folders, imagenetClasses, '/data');

  it('keeps ImageNet labels for a subset of the ids', () => {
    expect(labels(['n15075141', 'n01440764', 'n01440764'])).toEqual({
      labelSet: 'imagenet-1k',
      classes: [
        { folder: 'n01440764', wordNetId: 'n01440764', name: 'tench', label: 0 },
        { folder: 'n15075141', wordNetId: 'n15075141', name: 'toilet tissue', label: 999 },
      ],
    });
  });

  it('numbers other folders in code-point order', () => {
    expect(labels(['b', 'B', 'a', '10', '9']).classes.map(({ folder, label }) => `${folder}=${label}`)).toEqual(['10=0', '9=1', 'B=2', 'a=3', 'b=4']);
    expect(labels(['n00000001', 'n00000002']).labelSet).toBe('own');
  });

  it('refuses a mixture and names the odd ones', () => {
    expect(failureOf(() => labels(['n01440764', 'n01443537', 'others']))).toMatchObject({ kind: 'dataset-layout', file: '/data', place: 'others beside 2 WordNet ids' });
  });
});

describe('chooseLayout', () => {
  const none: FolderSummary = { folders: [], images: 0 };
  const classes: FolderSummary = { folders: ['a', 'b'], images: 0 };
  const flat: FolderSummary = { folders: [], images: 50 };
  const top = (...folders: string[]): FolderSummary => ({ folders, images: 0 });

  it('knows the layouts', () => {
    expect(chooseLayout('/d', top('train', 'val'), classes, classes)).toEqual({ kind: 'imagenet-folders' });
    expect(chooseLayout('/d', classes, null, null)).toEqual({ kind: 'bare-folders', base: '' });
    expect(chooseLayout('/d', top('val', 'devkit'), null, classes)).toEqual({ kind: 'bare-folders', base: 'val' });
    // "train" as a means of transport.
    expect(chooseLayout('/d', top('bus', 'car', 'train'), flat, null)).toEqual({ kind: 'bare-folders', base: '' });
  });

  it.each<[string, FolderSummary, FolderSummary | null, FolderSummary | null, string, RegExp]>([
    ['a flat val', top('train', 'val'), classes, flat, 'dataset-layout', /directly in val/],
    ['a flat val alone', top('val'), null, flat, 'dataset-layout', /directly in val/],
    ['a flat train', top('train', 'val'), flat, classes, 'dataset-layout', /directly in train/],
    ['a flat folder', flat, null, null, 'dataset-layout', /directly in the folder/],
    ['train without val', top('train'), classes, null, 'dataset-layout', /no val folder/],
    ['nothing', none, null, null, 'dataset-empty', /no pictures/],
  ])('refuses %s and says what is understood', (_, root, train, val, kind, what) => {
    const failure = failureOf(() => chooseLayout('/d', root, train, val));
    expect(failure).toMatchObject({ kind, file: '/d', expected: expect.stringContaining('train/CLASS/picture'), what: expect.stringMatching(what) });
    expect(failure?.next).toBeTruthy();
  });
});

describe('refuseNestedDataset', () => {
  it('notices a data set where a class was expected', () => {
    const nested = (inside: string[]) => failureOf(() => refuseNestedDataset('/d', 'Data', inside, imagenetClasses));
    expect(nested(['train', 'val', 'test'])).toMatchObject({ kind: 'dataset-layout', place: 'Data/train and Data/val' });
    expect(nested(['x', 'n01440764'])).toMatchObject({ place: 'Data/n01440764' });
    expect(nested(['summer', 'winter', 'train'])).toBeNull();
  });
});

describe('remarkText', () => {
  it('lists a few folders and counts the rest', () => {
    expect(remarkText({ key: 'dataset.classesWithoutImages', folders: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] })).toBe('Class folders without pictures: a, b, c, d, e and 2 more.');
  });
});
