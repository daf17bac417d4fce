import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movedInputs, partOf } from '../../../../../src/engine/core/graph/integer/data-movement';
import { simpleNode } from '../../../../../src/engine/core/graph/edit';
import type { Attribute, GraphNode, Tensor } from '../../../../../src/engine/core/graph/types';

const integers = (...values: number[]): Tensor => ({ type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
const scalar = (value: number): Tensor => ({ type: 'int64', dims: [], data: BigInt64Array.of(BigInt(value)) });
const withAxis = (node: GraphNode, axis: number): GraphNode => ({ ...node, attributes: new Map<string, Attribute>([['axis', { kind: 'int', value: BigInt(axis) }]]) });
const graphOf = (...constants: readonly (readonly [string, Tensor])[]): { initializers: Map<string, Tensor> } => ({ initializers: new Map(constants) });

/** A shape, an axis of it, and the same axis counted from the front or the back. */
const place = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 })
  .chain((shape) => fc.record({ shape: fc.constant(shape), axis: fc.nat(shape.length - 1), fromEnd: fc.boolean() }));

describe('partOf', () => {
  it('reads a Slice as Python reads it: exactly the elements of that part', () => {
    fc.assert(fc.property(place, fc.integer({ min: -12, max: 11 }), fc.integer({ min: -12, max: 40 }), ({ shape, axis, fromEnd }, start, end) => {
      const dim = shape[axis] ?? 0;
      fc.pre(start >= -dim && end >= -dim);
      const graph = graphOf(['from', integers(start)], ['to', integers(end)], ['axes', integers(fromEnd ? axis - shape.length : axis)]);
      const part = partOf(graph, simpleNode('Slice', ['x', 'from', 'to', 'axes'], 'y'), 0, shape);
      const taken = Array.from({ length: dim }, (_, i) => i).slice(start, end);
      const parts = taken.length === 0 || dim % taken.length !== 0 || (taken[0] ?? 0) % taken.length !== 0 ? null : { axis, count: dim / taken.length, index: (taken[0] ?? 0) / taken.length };
      expect(part).toEqual(parts);
    }));
  });

  it('reads a Gather of one position, given as a number or as a list', () => {
    fc.assert(fc.property(place, fc.nat(), fc.boolean(), fc.boolean(), ({ shape, axis, fromEnd }, which, list, negative) => {
      const dim = shape[axis] ?? 1;
      const index = which % dim;
      const given = negative ? index - dim : index;
      const node = withAxis(simpleNode('Gather', ['x', 'i'], 'y'), fromEnd ? axis - shape.length : axis);
      expect(partOf(graphOf(['i', list ? integers(given) : scalar(given)]), node, 0, shape)).toEqual({ axis, index, count: dim });
    }));
    expect(partOf(graphOf(['i', integers(0, 1)]), withAxis(simpleNode('Gather', ['x', 'i'], 'y'), 0), 0, [3])).toBeNull();
  });

  it('reads a Split into equal parts, and no other', () => {
    const split = (inputs: readonly string[]): GraphNode => ({ ...withAxis(simpleNode('Split', inputs, 'a'), -1), outputs: ['a', 'b', 'c'] });
    expect([0, 1, 2].map((output) => partOf(graphOf(), split(['x']), output, [2, 12]))).toEqual([0, 1, 2].map((index) => ({ axis: 1, index, count: 3 })));
    expect(partOf(graphOf(['sizes', integers(4, 4, 4)]), split(['x', 'sizes']), 1, [2, 12])).toEqual({ axis: 1, index: 1, count: 3 });
    expect(partOf(graphOf(['sizes', integers(4, 4, 2)]), split(['x', 'sizes']), 1, [2, 10])).toBeNull();
    // Since opset 18 the last part may be smaller without anybody saying so.
    expect(partOf(graphOf(), split(['x']), 1, [2, 10])).toBeNull();
  });

  it('knows no parts of other nodes and of slices with steps', () => {
    expect(partOf(graphOf(), simpleNode('Transpose', ['x'], 'y'), 0, [2, 3])).toBeNull();
    const constants = graphOf(['from', integers(0)], ['to', integers(6)], ['axes', integers(0)], ['steps', integers(2)]);
    expect(partOf(constants, simpleNode('Slice', ['x', 'from', 'to', 'axes', 'steps'], 'y'), 0, [6])).toBeNull();
  });
});

describe('movedInputs', () => {
  it('names what carries data, and nothing where something is computed or filled in', () => {
    const graph = graphOf(['i', scalar(1)], ['pads', integers(0, 0, 0, 0)], ['more', integers(0, 1, 0, 0)], ['token', { type: 'float32', dims: [1, 2], data: new Float32Array(2) }]);
    for (const opType of ['Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity', 'Slice', 'Split']) expect(movedInputs(graph, simpleNode(opType, ['x', 'i'], 'y')), opType).toEqual([0]);
    expect(movedInputs(graph, simpleNode('Gather', ['x', 'i'], 'y'))).toEqual([0]);
    expect(movedInputs(graph, simpleNode('Gather', ['x', 'z'], 'y'))).toBeNull();
    expect(movedInputs(graph, simpleNode('Concat', ['x', 'z'], 'y'))).toEqual([0, 1]);
    // A class token is no activation: it would have to be quantised too.
    expect(movedInputs(graph, simpleNode('Concat', ['token', 'x'], 'y'))).toBeNull();
    expect(movedInputs(graph, simpleNode('Pad', ['x', 'pads'], 'y'))).toEqual([0]);
    expect(movedInputs(graph, simpleNode('Pad', ['x', 'more'], 'y'))).toBeNull();
    for (const opType of ['Add', 'Mul', 'MatMul', 'Softmax', 'ReduceMean', 'Cast']) expect(movedInputs(graph, simpleNode(opType, ['x', 'z'], 'y')), opType).toBeNull();
    expect(movedInputs(graph, { ...simpleNode('Transpose', ['x'], 'y'), domain: 'com.microsoft' })).toBeNull();
  });
});
