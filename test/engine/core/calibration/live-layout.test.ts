import { describe, expect, it } from 'vitest';
import { planLiveTensors } from '../../../../src/engine/core/calibration/live-layout';
import type { Segment } from '../../../../src/engine/core/graph/segments';

const cut = (name: string) => ({ produced: name, replacement: `${name}/quantized` });

/** A segment that reads and makes these tensors; sizes are the elements of one batch. */
function segment(inputs: readonly string[], outputs: Readonly<Record<string, number>>): Segment {
  const values = Object.entries(outputs).map(([name, elements]) => ({ name, type: 'float32' as const, dims: [1, elements] }));
  const graph = { name: '', irVersion: 8, nodes: [], initializers: new Map(), inputs: [], outputs: values, shapes: new Map(), metadata: new Map(), opsets: [] };
  return { graph, inputs, outputs: Object.keys(outputs), cuts: [] };
}

describe('planLiveTensors', () => {
  it('a tensor lives until it, or its quantised form, is read for the last time', () => {
    const segments = [segment(['x/quantized'], { a: 16, rest: 32 }), segment(['a/quantized'], { b: 160 }), segment(['b/quantized', 'rest', 'a'], { out: 1 })];
    const { tensors, bytes } = planLiveTensors(segments, ['x', 'a', 'b'].map(cut), { name: 'x', dims: [2, 8] });
    expect([...tensors].map(([name, { dims, elements, last }]) => [name, dims, elements, last])).toEqual([
      ['x', [2, 8], 16, 0], ['a', [1, 16], 16, 2], ['rest', [1, 32], 32, 2], ['b', [1, 160], 160, 2],
    ]);
    // The result of the network is nobody's input.
    expect(tensors.has('out')).toBe(false);
    expect(bytes).toBe(4 * (16 + 32 + 160));
  });

  it('what is needed at once has places of its own; what a segment makes is written while its inputs are read', () => {
    const segments = [segment(['x'], { a: 48 }), segment(['a'], { b: 64 }), segment(['b'], { c: 16 })];
    const { tensors, bytes } = planLiveTensors(segments, [], { name: 'x', dims: [80] });
    const end = (name: string): number => (tensors.get(name)?.offset ?? NaN) + 4 * (tensors.get(name)?.elements ?? NaN);
    expect(bytes).toBe(4 * (80 + 48));
    expect(tensors.get('a')?.offset).toBeGreaterThanOrEqual(Math.min(end('x'), end('b')));
    expect(tensors.get('x')?.offset).toBe(tensors.get('b')?.offset);
  });

  it('refuses what it cannot place', () => {
    expect(() => planLiveTensors([segment(['y'], {})], [], { name: 'x', dims: [1] })).toThrow('makes y');
    expect(() => planLiveTensors([], [], { name: 'x', dims: ['batch', 3] })).toThrow('shape of x');
  });
});
