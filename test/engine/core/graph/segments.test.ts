import { describe, expect, it } from 'vitest';
import { segmentGraph } from '../../../../src/engine/core/graph/segments';
import { simpleNode } from '../../../../src/engine/core/graph/edit';
import type { Graph } from '../../../../src/engine/core/graph/types';

/** x -> a -> softmax s | s' -> m (with v) ; residual a + m -> second softmax t | t' -> y */
function twoBlocks(): Graph {
  const value = (name: string): Graph['inputs'][number] => ({ name, type: 'float32', dims: [1, 4] });
  const names = ['a', 'v', 's', 'm', 'r', 't', 'y', 's/quantized', 't/quantized'];
  return {
    name: 'two', opsets: [{ domain: '', version: 17 }], irVersion: 8, metadata: new Map(),
    inputs: [value('x')], outputs: [value('y')],
    initializers: new Map([['w', { type: 'float32', dims: [4], data: new Float32Array(4) }]]),
    nodes: [
      simpleNode('Mul', ['x', 'w'], 'a'),
      simpleNode('Relu', ['a'], 'v'),
      simpleNode('Softmax', ['a'], 's'),
      simpleNode('Mul', ['s/quantized', 'v'], 'm'),
      simpleNode('Add', ['a', 'm'], 'r'),
      simpleNode('Softmax', ['r'], 't'),
      simpleNode('Mul', ['t/quantized', 'r'], 'y'),
    ],
    shapes: new Map(names.map((name) => [name, [1, 4]])),
  };
}

const cuts = [{ produced: 's', replacement: 's/quantized' }, { produced: 't', replacement: 't/quantized' }];

describe('segmentGraph', () => {
  it('cuts behind every softmax and hands over only what later segments read', () => {
    const segments = segmentGraph(twoBlocks(), cuts);
    expect(segments.map(({ inputs, outputs }) => ({ inputs: [...inputs].sort(), outputs: [...outputs].sort() }))).toEqual([
      { inputs: ['x'], outputs: ['a', 's', 'v'] },
      { inputs: ['a', 's/quantized', 'v'], outputs: ['r', 't'] },
      { inputs: ['r', 't/quantized'], outputs: ['y'] },
    ]);
    expect(segments.map((segment) => segment.graph.nodes.map((node) => node.outputs[0]))).toEqual([['a', 'v', 's'], ['m', 'r', 't'], ['y']]);
    expect([...(segments[0]?.graph.initializers.keys() ?? [])]).toEqual(['w']);
    expect(segments[1]?.graph.initializers.size).toBe(0);
    expect(segments.map((segment) => segment.cuts.map((cut) => cut.produced))).toEqual([['s'], ['t'], []]);
  });

  it('adds kept tensors as outputs', () => {
    expect(segmentGraph(twoBlocks(), cuts, new Set(['m']))[1]?.outputs).toContain('m');
  });

  it('names a tensor that nothing makes', () => {
    const graph = twoBlocks();
    expect(() => segmentGraph({ ...graph, nodes: graph.nodes.slice(1) }, cuts)).toThrow('nothing makes the tensor a');
  });

  it('refuses a boundary whose shape is unknown, since the next segment could not be loaded', () => {
    const graph = twoBlocks();
    expect(() => segmentGraph({ ...graph, shapes: new Map() }, cuts)).toThrow(/shape of the tensor \S+ is unknown/);
  });
});
