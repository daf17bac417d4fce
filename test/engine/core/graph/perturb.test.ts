import { describe, expect, it } from 'vitest';
import { perturbRounding, roundingNoise } from '../../../../src/engine/core/graph/perturb';
import type { Graph } from '../../../../src/engine/core/graph/types';

const data = Float32Array.from({ length: 1000 }, (_, i) => (i === 0 ? 0 : Math.sin(i)));
const graph: Graph = {
  name: 'g', opsets: [], irVersion: 8, metadata: new Map(), inputs: [], outputs: [], nodes: [], shapes: new Map(),
  initializers: new Map([
    ['w', { type: 'float32', dims: [1000], data }],
    ['delta', { type: 'float32', dims: [], data: Float32Array.of(0.3) }],
    ['axes', { type: 'int64', dims: [2], data: BigInt64Array.of(1n, 2n) }],
  ]),
};

describe('perturbRounding', () => {
  it('moves vectors by at most a unit in the last place or two, the same way for the same seed', () => {
    const moved = perturbRounding(graph, 1).initializers.get('w')?.data;
    expect(perturbRounding(graph, 1).initializers.get('w')?.data).toEqual(moved);
    expect(perturbRounding(graph, 2).initializers.get('w')?.data).not.toEqual(moved);
    const changed = [...data].filter((value, i) => value !== moved?.[i]);
    expect(changed.length).toBeGreaterThan(300);
    // Half a unit in the last place of float32 (6e-8) comes on top of the noise when the product is rounded.
    for (const [i, value] of data.entries()) expect(Math.abs(Number(moved?.[i]) - value)).toBeLessThanOrEqual(Math.abs(value) * (roundingNoise + 6e-8));
  });

  it('leaves single numbers, integers and the original alone', () => {
    const copy = data.slice();
    const { initializers } = perturbRounding(graph, 1);
    expect(initializers.get('delta')).toBe(graph.initializers.get('delta'));
    expect(initializers.get('axes')).toBe(graph.initializers.get('axes'));
    expect(data).toEqual(copy);
  });
});
