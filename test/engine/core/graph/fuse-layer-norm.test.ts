import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuseLayerNorm } from '../../../../src/engine/core/graph/fuse-layer-norm';
import type { Attribute, Graph, GraphNode, Tensor } from '../../../../src/engine/core/graph/types';

const vector = (...values: number[]): Tensor => ({ type: 'float32', dims: [values.length], data: Float32Array.from(values) });
const scalar = (value: number): Tensor => ({ type: 'float32', dims: [], data: Float32Array.of(value) });
const ints = (...values: number[]): Attribute => ({ kind: 'ints', value: values.map(BigInt) });

interface Spelling {
  readonly subtractions: 1 | 2;
  readonly square: 'Pow' | 'Mul';
  readonly axesAsInput: boolean;
  readonly axis: -1 | 2;
  readonly epsilonFirst: boolean;
  readonly scaleFirst: boolean;
  readonly bias: boolean;
}

const node = (opType: string, inputs: readonly string[], output: string, attributes: Record<string, Attribute> = {}): GraphNode => ({ name: `/blocks/blocks.0/norm1/${opType}_${output}`, opType, domain: '', inputs, outputs: [output], attributes: new Map(Object.entries(attributes)) });

function spelled({ subtractions, square, axesAsInput, axis, epsilonFirst, scaleFirst, bias }: Spelling): Graph {
  const mean = (input: string, output: string): GraphNode => (axesAsInput ? node('ReduceMean', [input, 'axes'], output) : node('ReduceMean', [input], output, { axes: ints(axis) }));
  const second = subtractions === 2 ? 'd2' : 'd';
  const last = bias ? 'scaled' : 'y';
  return {
    name: '', irVersion: 8, opsets: [{ domain: '', version: 16 }], metadata: new Map(), shapes: new Map(),
    inputs: [{ name: 'x', type: 'float32', dims: [1, 2, 3] }], outputs: [{ name: 'y', type: 'float32', dims: [1, 2, 3] }],
    initializers: new Map<string, Tensor>([['w', vector(1, 2, 3)], ['b', vector(4, 5, 6)], ['eps', scalar(1e-6)], ['two', scalar(2)], ['axes', { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(axis)) }]]),
    nodes: [
      mean('x', 'm'), node('Sub', ['x', 'm'], 'd'), ...(subtractions === 2 ? [node('Sub', ['x', 'm'], 'd2')] : []),
      square === 'Pow' ? node('Pow', ['d', 'two'], 's') : node('Mul', ['d', second], 's'),
      mean('s', 'v'), node('Add', epsilonFirst ? ['eps', 'v'] : ['v', 'eps'], 've'), node('Sqrt', ['ve'], 'r'), node('Div', [second, 'r'], 'n'),
      node('Mul', scaleFirst ? ['w', 'n'] : ['n', 'w'], last), ...(bias ? [node('Add', ['scaled', 'b'], 'y')] : []),
    ],
  };
}

const spelling: fc.Arbitrary<Spelling> = fc.record({
  subtractions: fc.constantFrom(1, 2), square: fc.constantFrom('Pow', 'Mul'), axesAsInput: fc.boolean(), axis: fc.constantFrom(-1, 2), epsilonFirst: fc.boolean(), scaleFirst: fc.boolean(), bias: fc.boolean(),
});
const plain: Spelling = { subtractions: 1, square: 'Pow', axesAsInput: false, axis: -1, epsilonFirst: false, scaleFirst: false, bias: true };

describe('fuseLayerNorm', () => {
  it('knows every spelling', () => {
    fc.assert(fc.property(spelling, (how) => {
      const fused = fuseLayerNorm(spelled(how));
      expect(fused.nodes.map(({ name, opType, inputs, outputs }) => ({ name, opType, inputs, outputs }))).toEqual([
        { name: '/blocks/blocks.0/norm1/LayerNormalization', opType: 'LayerNormalization', inputs: how.bias ? ['x', 'w', 'b'] : ['x', 'w'], outputs: ['y'] },
      ]);
      expect(fused.nodes[0]?.attributes.get('epsilon')).toEqual({ kind: 'float', value: Math.fround(1e-6) });
      expect([...fused.initializers.keys()].sort()).toEqual(how.bias ? ['b', 'w'] : ['w']);
    }));
  });

  const changed = (change: (node: GraphNode) => GraphNode): Graph => ({ ...spelled(plain), nodes: spelled(plain).nodes.map(change) });
  it.each<[string, Graph]>([
    ['a mean over another axis', changed((one) => (one.opType === 'ReduceMean' ? { ...one, attributes: new Map([['axes', ints(1)]]) } : one))],
    ['another power', { ...spelled(plain), initializers: new Map([...spelled(plain).initializers, ['two', scalar(3)]]) }],
    ['a variance of something else', changed((one) => (one.opType === 'Pow' ? { ...one, inputs: ['x', 'two'] } : one))],
    ['a scale that is no vector', { ...spelled(plain), initializers: new Map([...spelled(plain).initializers, ['w', { type: 'float32', dims: [2, 3], data: new Float32Array(6) }]]) }],
  ])('leaves %s alone', (_name, graph) => {
    expect(fuseLayerNorm(graph)).toEqual(graph);
  });
});
