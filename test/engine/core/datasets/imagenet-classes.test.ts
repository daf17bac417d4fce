import { describe, expect, it } from 'vitest';
import { ImagenetClasses } from '../../../../src/engine/core/datasets/imagenet-classes';
import { imagenetClasses } from '../../../../src/engine/runtime/datasets/imagenet-class-list';

describe('ImageNet classes', () => {
  it('are 1,000 different WordNet ids in sorted order, each with a name of its own', () => {
    const ids = imagenetClasses.list.map(({ id }) => id);
    expect(ids).toHaveLength(1000);
    expect(ids.every((id) => /^n\d{8}$/.test(id))).toBe(true);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(new Set(imagenetClasses.list.map(({ name }) => name)).size).toBe(1000);
  });

  it.each([
    ['n01440764', 0, 'tench'],
    ['n02012849', 134, 'crane (bird)'],
    ['n02099601', 207, 'golden retriever'],
    ['n03126707', 517, 'crane (machine)'],
    ['n15075141', 999, 'toilet tissue'],
  ])('know %s as %i, %s', (id, label, name) => {
    expect(imagenetClasses.labelOf(id)).toBe(label);
    expect(imagenetClasses.list[label]?.name).toBe(name);
  });

  it('do not know other folders', () => {
    expect(imagenetClasses.labelOf('n00000001')).toBe(-1);
    expect(imagenetClasses.labelOf('tench')).toBe(-1);
  });

  it('refuse an id listed twice', () => {
    expect(() => new ImagenetClasses([{ id: 'n1', name: 'a' }, { id: 'n1', name: 'b' }])).toThrow();
  });
});
