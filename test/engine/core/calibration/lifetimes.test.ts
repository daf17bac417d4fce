import { describe, expect, it } from 'vitest';
import { planLifetimes } from '../../../../src/engine/core/calibration/lifetimes';
import type { Segment } from '../../../../src/engine/core/graph/segments';

const cut = (name: string) => ({ produced: name, replacement: `${name}/quantized` });

/** A segment that reads and makes these tensors; sizes are the elements of one batch. */
function segment(inputs: readonly string[], outputs: Readonly<Record<string, number>>): Segment {
  const values = Object.entries(outputs).map(([name, elements]) => ({ name, type: 'float32' as const, dims: [1, elements] }));
  const graph = { name: '', irVersion: 8, nodes: [], initializers: new Map(), inputs: [], outputs: values, shapes: new Map(), metadata: new Map(), opsets: [] };
  return { graph, inputs, outputs: Object.keys(outputs), cuts: [] };
}

describe('planLifetimes', () => {
  it('a tensor lives until it, or its quantised form, is read for the last time', () => {
    const segments = [segment(['x/quantized'], { a: 10, rest: 3 }), segment(['a/quantized'], { b: 100 }), segment(['b/quantized', 'rest', 'a'], { out: 1 })];
    const { lastRead, peakBytes } = planLifetimes(segments, ['x', 'a', 'b'].map(cut), { name: 'x', dims: [1, 5] });
    expect([...lastRead]).toEqual([['x', 0], ['a', 2], ['rest', 2], ['b', 2]]);
    // The result of the network is nobody's input.
    expect(lastRead.has('out')).toBe(false);
    expect(peakBytes).toBe(4 * (10 + 3 + 100));
  });

  it('what is read and what is made do not count together: batches go through one by one', () => {
    const segments = [segment(['x'], { a: 50 }), segment(['a'], { b: 60 }), segment(['b'], { c: 1 })];
    expect(planLifetimes(segments, [], { name: 'x', dims: [70] }).peakBytes).toBe(4 * 70);
  });

  it('refuses what it cannot size', () => {
    expect(() => planLifetimes([segment(['y'], {})], [], { name: 'x', dims: [1] })).toThrow('makes y');
    expect(() => planLifetimes([], [], { name: 'x', dims: ['batch', 3] })).toThrow('shape of x');
  });
});
