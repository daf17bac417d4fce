/** Every form of the fake quantiser as nodes, run by ONNX Runtime, against the kernel that defines it. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphEdit, simpleNode } from '../../../../src/engine/core/graph/edit';
import { fakeQuantizerNodes, type FakeQuantizer } from '../../../../src/engine/core/graph/fake-quantizer';
import type { Graph } from '../../../../src/engine/core/graph/types';
import { fakeQuantize } from '../../../../src/engine/core/kernels/uniform';
import { createSession } from '../../../../src/engine/runtime/ort/session';

function graphOf(size: number, quantizer: FakeQuantizer): Graph {
  const value = (name: string) => ({ name, type: 'float32' as const, dims: [size] });
  const edit = new GraphEdit({
    name: 'quantizer', irVersion: 8, opsets: [{ domain: '', version: 17 }], metadata: new Map(), initializers: new Map(), shapes: new Map(),
    nodes: [simpleNode('Identity', ['x'], 'y')], inputs: [value('x')], outputs: [value('y')],
  });
  edit.insertBefore('y', fakeQuantizerNodes(edit, 'x', 'x/quantized', quantizer), [size]);
  edit.setInput('y', 0, 'x/quantized');
  return edit.finish();
}

async function run(x: Float32Array, quantizer: FakeQuantizer): Promise<{ values: number[]; operators: string[] }> {
  const graph = graphOf(x.length, quantizer);
  const session = await createSession(graph, 1);
  try {
    const y = (await session.run(new Map([['x', { data: x, dims: [x.length] }]]))).get('y');
    return { values: plain(y?.data ?? new Float32Array()), operators: graph.nodes.map((node) => node.opType) };
  } finally {
    await session.release();
  }
}

/** Without the sign of zero, which no sum of products keeps. */
const plain = (values: Float32Array): number[] => [...values].map((value) => (value === 0 ? 0 : value));

function expected(x: Float32Array, { delta, zeroPoint, bits }: FakeQuantizer): number[] {
  const out = new Float32Array(x.length);
  fakeQuantize(x, out, { delta, zeroPoint }, bits);
  return plain(out);
}

/** Every half step, its neighbours in float32, and values far outside the grid. */
function hardValues(delta: number): Float32Array {
  const neighbours = (value: number): number[] => [value, Math.fround(value * (1 - 2 ** -23)), Math.fround(value * (1 + 2 ** -23))];
  const halves = Array.from({ length: 600 }, (_, index) => Math.fround(((index - 300) / 2) * delta));
  return Float32Array.from([...halves.flatMap(neighbours), 1e30 * delta, -1e30 * delta, 0]);
}

describe('fakeQuantizerNodes', () => {
  it.each([
    ['whole zero point', { delta: 0.1, zeroPoint: 7, bits: 4 }, ['QuantizeLinear', 'Clip', 'DequantizeLinear', 'Identity']],
    ['eight bits', { delta: 0.02, zeroPoint: 117, bits: 8 }, ['QuantizeLinear', 'DequantizeLinear', 'Identity']],
    ['zero point above the codes', { delta: 0.3, zeroPoint: 40, bits: 4 }, ['QuantizeLinear', 'Clip', 'DequantizeLinear', 'Identity']],
    ['fractional zero point', { delta: 0.1, zeroPoint: 7.3125, bits: 4 }, ['QuantizeLinear', 'DequantizeLinear', 'Clip', 'Identity']],
    ['zero point below the codes', { delta: 0.7, zeroPoint: -3, bits: 4 }, ['QuantizeLinear', 'DequantizeLinear', 'Clip', 'Identity']],
    ['fractional with eight bits', { delta: 0.1, zeroPoint: 30.6, bits: 8 }, ['Div', 'Round', 'Clip', 'Mul', 'Identity']],
    ['far outside a byte', { delta: 0.1, zeroPoint: 900, bits: 4 }, ['Div', 'Round', 'Clip', 'Mul', 'Identity']],
  ])('%s: the same floats as the kernel', async (_name, given, operators) => {
    const quantizer = { ...given, delta: Math.fround(given.delta), zeroPoint: Math.fround(given.zeroPoint) };
    const x = hardValues(quantizer.delta);
    const found = await run(x, quantizer);
    expect(found.operators).toEqual(operators);
    expect(found.values).toEqual(expected(x, quantizer));
  });

  it('any grid, any values', async () => {
    const float = (from: number, to: number) => fc.double({ min: from, max: to, noNaN: true }).map(Math.fround);
    await fc.assert(fc.asyncProperty(
      float(1e-4, 4), fc.oneof(fc.integer({ min: -300, max: 300 }), float(-140, 140)), fc.integer({ min: 2, max: 8 }), fc.array(float(-60, 60), { minLength: 1, maxLength: 64 }),
      async (delta, zeroPoint, bits, values) => {
        const x = Float32Array.from(values);
        expect((await run(x, { delta, zeroPoint, bits })).values).toEqual(expected(x, { delta, zeroPoint, bits }));
      },
    ), { numRuns: 60 });
  });
});
