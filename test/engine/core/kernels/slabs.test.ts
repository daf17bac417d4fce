import { describe, expect, it } from 'vitest';
import { countElements } from '../../../../src/engine/core/kernels/chunk-source';
import { createTick, forEachRange, forEachSlab } from '../../../../src/engine/core/kernels/slabs';

describe('slabs', () => {
  it('visit every element once, in order', () => {
    const chunks: Float32Array[] = [new Float32Array(20000), new Float32Array(0), new Float32Array(3)];
    const seen: [number, number, number][] = [];
    let ticked = 0;
    forEachSlab(chunks, (n) => (ticked += n), (chunk, from, to) => seen.push([chunks.indexOf(chunk), from, to]));
    const positions = seen.flatMap(([chunk, from, to]) => Array.from({ length: to - from }, (_, i) => [chunk, from + i].join()));
    expect(positions).toEqual([...Array.from({ length: 20000 }, (_, i) => `0,${i}`), '2,0', '2,1', '2,2']);
    expect(ticked).toBe(countElements(chunks));
  });

  it.each([1, 7, 384, 100000])('ranges keep groups of %i whole', (group) => {
    const ends: number[] = [0];
    forEachRange(group * 50, group, (from, to) => {
      expect(from).toBe(ends.at(-1));
      expect(to % group).toBe(0);
      ends.push(to);
    });
    expect(ends.at(-1)).toBe(group * 50);
  });

  it('poll at least every 2 million elements', () => {
    let polls = 0;
    const tick = createTick(() => polls++);
    for (let i = 0; i < 1000; i++) tick(20000);
    expect(polls).toBeGreaterThanOrEqual(10);
  });
});
