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

  it('lets bytes cross instead of the floats that are made of them, and tells their types', () => {
    // a -> codes q; behind the softmax: q widened twice, to floats and to int8.
    const graph = twoBlocks();
    const constants: Graph['initializers'] = new Map([...graph.initializers, ['delta', { type: 'float32', dims: [], data: Float32Array.of(0.1) }], ['zero', { type: 'uint8', dims: [], data: Uint8Array.of(3) }]]);
    const cast = { ...simpleNode('Cast', ['q/turned'], 'signed'), attributes: new Map([['to', { kind: 'int', value: 3n } as const]]) };
    const nodes = graph.nodes.flatMap((node) => (node.outputs[0] === 'm'
      ? [simpleNode('QuantizeLinear', ['a', 'delta', 'zero'], 'q'), simpleNode('Transpose', ['q'], 'q/turned'), simpleNode('DequantizeLinear', ['q', 'delta', 'zero'], 'wide'), cast,
        simpleNode('Mul', ['s/quantized', 'wide'], 'm0'), simpleNode('MatMulIntegerToFloat', ['s/bytes', 'signed'], 'm1'), simpleNode('Add', ['m0', 'm1'], 'm')]
      : [node]));
    const shapes = new Map(['q', 'q/turned', 'wide', 'signed', 's/bytes', 'm0', 'm1'].map((name) => [name, [1, 4]]));
    const own = [...cuts, { produced: 's', replacement: 's/bytes', type: 'uint8' as const }];
    const segments = segmentGraph({ ...graph, nodes, initializers: constants, shapes: new Map([...graph.shapes, ...shapes]) }, own);
    expect(segments.map((segment) => segment.graph.nodes.map((node) => node.outputs[0]))).toEqual([['a', 'v', 's', 'q', 'q/turned'], ['wide', 'signed', 'm0', 'm1', 'm', 'r', 't'], ['y']]);
    const types = (values: Graph['inputs'] | undefined): Record<string, string> => Object.fromEntries((values ?? []).map(({ name, type }) => [name, type]));
    expect(types(segments[0]?.graph.outputs)).toEqual({ a: 'float32', s: 'float32', q: 'uint8', 'q/turned': 'uint8' });
    expect(types(segments[1]?.graph.inputs)).toEqual({ a: 'float32', q: 'uint8', 'q/turned': 'uint8', 's/quantized': 'float32', 's/bytes': 'uint8' });
    expect(segments[0]?.cuts.map(({ replacement }) => replacement)).toEqual(['s/quantized', 's/bytes']);
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
