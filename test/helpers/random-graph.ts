/** Arbitrary graphs for property tests of the ONNX reader and writer. */
import fc from 'fast-check';
import type { Attribute, Graph, GraphNode, Tensor, ValueInfo } from '../../src/engine/core/graph/types';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const name = fc.string({ minLength: 1, maxLength: 8 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const float = fc.float();
const dims = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
const count = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

/** Any element type, any bits: the storage is filled with random bytes (NaN payloads included). */
export const tensorArbitrary: fc.Arbitrary<Tensor> = dims.chain((shape) => {
  const exactly = (bytes: number): fc.Arbitrary<ArrayBuffer> => fc.uint8Array({ minLength: bytes * count(shape), maxLength: bytes * count(shape) }).map((array) => Uint8Array.from(array).buffer);
  return fc.oneof(
    exactly(4).map((b): Tensor => ({ type: 'float32', dims: shape, data: new Float32Array(b) })),
    exactly(8).map((b): Tensor => ({ type: 'float64', dims: shape, data: new Float64Array(b) })),
    exactly(8).map((b): Tensor => ({ type: 'int64', dims: shape, data: new BigInt64Array(b) })),
    exactly(8).map((b): Tensor => ({ type: 'uint64', dims: shape, data: new BigUint64Array(b) })),
    exactly(4).map((b): Tensor => ({ type: 'int32', dims: shape, data: new Int32Array(b) })),
    exactly(2).map((b): Tensor => ({ type: 'float16', dims: shape, data: new Uint16Array(b) })),
    exactly(1).map((b): Tensor => ({ type: 'bool', dims: shape, data: new Uint8Array(b) })),
    exactly(1).map((b): Tensor => ({ type: 'int8', dims: shape, data: new Int8Array(b) })),
  );
});

const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  float.map((value): Attribute => ({ kind: 'float', value })),
  int64.map((value): Attribute => ({ kind: 'int', value })),
  text.map((value): Attribute => ({ kind: 'string', value })),
  tensorArbitrary.map((value): Attribute => ({ kind: 'tensor', value })),
  fc.array(float, { maxLength: 3 }).map((value): Attribute => ({ kind: 'floats', value })),
  fc.array(int64, { maxLength: 3 }).map((value): Attribute => ({ kind: 'ints', value })),
  fc.array(text, { maxLength: 3 }).map((value): Attribute => ({ kind: 'strings', value })),
);

const valueInfo = (prefix: string): fc.Arbitrary<ValueInfo> => fc.record({
  name: name.map((value) => prefix + value), type: fc.constantFrom('float32', 'int64', 'bool'),
  dims: fc.array(fc.oneof(fc.nat(1000), name, fc.constant(null)), { maxLength: 4 }),
});

/** A graph whose nodes form a chain, so that their order is already topological. */
export const graphArbitrary: fc.Arbitrary<Graph> = fc.record({
  name: text, inputs: fc.array(valueInfo('in/'), { maxLength: 2 }), outputs: fc.array(valueInfo('out/'), { maxLength: 2 }),
  initializers: fc.array(fc.tuple(name.map((value) => `w/${value}`), tensorArbitrary), { maxLength: 4 }).map((entries) => new Map(entries)),
  nodes: fc.array(fc.record({
    name: text, opType: name, domain: fc.constantFrom('', 'com.microsoft'), extra: fc.array(name, { maxLength: 2 }),
    attributes: fc.array(fc.tuple(name, attribute), { maxLength: 3 }).map((entries) => new Map(entries)),
  }), { maxLength: 5 }).map((nodes) => nodes.map(({ extra, ...node }, i): GraphNode => ({ ...node, inputs: [`n/${i - 1}`, ...extra], outputs: [`n/${i}`] }))),
  opsets: fc.array(fc.record({ domain: fc.constantFrom('', 'com.microsoft'), version: fc.nat(30) }), { minLength: 1, maxLength: 2 }),
  irVersion: fc.integer({ min: 3, max: 12 }), metadata: fc.array(fc.tuple(name, text), { maxLength: 3 }).map((entries) => new Map(entries)),
  shapes: fc.constant(new Map<string, readonly number[]>()),
});
