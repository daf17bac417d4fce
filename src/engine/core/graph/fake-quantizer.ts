/**
 * A per-tensor fake quantiser, x -> clamp(rne(x/D), -Z, L-1-Z)*D, as ONNX nodes. The same float32 values whichever form is taken: ONNX's
 * own QuantizeLinear divides and rounds half to even, and what passes between the nodes are bytes, which halves the cost of four float operations.
 */
import { gridBounds } from '../kernels/uniform-parameters';
import type { GraphEdit } from './edit';
import { simpleNode } from './edit';
import type { GraphNode } from './types';

export interface FakeQuantizer {
  readonly delta: number;
  /** Whole, or fractional after scale reparameterisation; may lie outside the codes. */
  readonly zeroPoint: number;
  readonly bits: number;
}

/** Nodes that make `name` from `source`; their constants go into `edit`. */
export function fakeQuantizerNodes(edit: GraphEdit, source: string, name: string, { delta, zeroPoint, bits }: FakeQuantizer): GraphNode[] {
  const floatConstant = (suffix: string, value: number): string => edit.addConstant(`${name}/${suffix}`, { type: 'float32', dims: [], data: Float32Array.of(value) });
  const unsigned = (suffix: string, value: number): string => edit.addConstant(`${name}/${suffix}`, { type: 'uint8', dims: [], data: Uint8Array.of(value) });
  const { low, high } = gridBounds(zeroPoint, bits);
  const step = floatConstant('delta', delta);
  const codes = `${name}/codes`;

  if (Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint <= 255) {
    // Bytes end at the lowest code by themselves.
    const zero = unsigned('zero', zeroPoint);
    const top = 2 ** bits - 1;
    const clipped = top === 255 ? codes : `${name}/clipped`;
    return [
      simpleNode('QuantizeLinear', [source, step, zero], codes),
      ...(clipped === codes ? [] : [simpleNode('Clip', [codes, unsigned('first', 0), unsigned('last', top)], clipped)]),
      simpleNode('DequantizeLinear', [clipped, step, zero], name),
    ];
  }
  if (low >= -127 && high <= 126) {
    // rne(x/D) as a byte, and the ends of the grid after the product with D: rounding keeps order, so that is the same.
    const zero = edit.addConstant(`${name}/zero`, { type: 'int8', dims: [], data: Int8Array.of(0) });
    return [
      simpleNode('QuantizeLinear', [source, step, zero], codes),
      simpleNode('DequantizeLinear', [codes, step, zero], `${name}/stepped`),
      simpleNode('Clip', [`${name}/stepped`, floatConstant('low', low * delta), floatConstant('high', high * delta)], name),
    ];
  }
  return [
    simpleNode('Div', [source, step], `${name}/scaled`),
    simpleNode('Round', [`${name}/scaled`], `${name}/rounded`),
    simpleNode('Clip', [`${name}/rounded`, floatConstant('low', low), floatConstant('high', high)], `${name}/clipped`),
    simpleNode('Mul', [`${name}/clipped`, step], name),
  ];
}
