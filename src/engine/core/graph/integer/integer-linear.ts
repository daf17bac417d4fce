/**
 * A Linear or patch embedding as an integer product: uint8 codes x int8 codes (less half their range), zero points of both sides inside the
 * product, int32 sums, one float scale per output channel at the end, then the float bias.
 */
import { encodeUniformRows } from '../../kernels/uniform-rows';
import { currentRows, weightQuantizer } from '../rewrite';
import type { GraphEdit } from '../edit';
import { simpleNode } from '../edit';
import { uniformBits } from '../operand-setting';
import { operandParameters, type NetworkParameters, type QuantizerSettings } from '../parameters';
import type { GraphNode, LinearSite } from '../types';
import { weightOffset } from './integer-plan';

export interface LinearContext {
  readonly edit: GraphEdit;
  readonly settings: QuantizerSettings;
  readonly parameters: NetworkParameters;
}

/**
 * Replaces the site's node by a product of `codes` (of the site's input) with the weight's codes, `constants` of `linearConstants`. `before`:
 * nodes that make the codes.
 */
export function replaceLinear(edit: GraphEdit, site: LinearSite, codes: string, constants: readonly string[], before: readonly GraphNode[]): void {
  const node = edit.node(site.node);
  const output = node.outputs[0];
  const bias = node.inputs[2] === undefined || node.inputs[2] === '' ? [] : [node.inputs[2]];
  const product = (from: string, to: string): GraphNode => ({ ...simpleNode('MatMulIntegerToFloat', [from, ...constants, ...bias], to), domain: 'com.microsoft' });
  if (node.opType !== 'Conv') {
    edit.replace(site.node, [...before, product(codes, output)]);
    return;
  }
  const patches = patchNodes(edit, site, codes);
  edit.replace(site.node, [...before, ...patches.before, product(patches.rows, patches.product), ...patches.after]);
}

/**
 * Inputs 1 to 5 of MatMulIntegerToFloat: weight [in, out], scales and zero points of both sides. A float weight that the edit made is dropped:
 * all of a network's at once would be most of what loading it takes.
 */
export function linearConstants({ edit, settings, parameters }: LinearContext, site: LinearSite, type: 'int8' | 'uint8'): string[] {
  const { outFeatures, inFeatures, name } = site;
  const input = operandParameters(parameters, name, 'input');
  const bits = uniformBits(settings, site, 'weight');
  if (bits === null) throw new Error(`the weight of ${name} has no codes`);
  const quantizer = weightQuantizer(parameters, site, bits);
  const offset = weightOffset(type, bits);
  const codes = encodeUniformRows(currentRows(edit, site), outFeatures, quantizer, bits);
  const stored = (length: number): Int8Array | Uint8Array => (type === 'int8' ? new Int8Array(length) : new Uint8Array(length));
  const weight = stored(codes.length);
  for (let row = 0; row < outFeatures; row++) for (let column = 0; column < inFeatures; column++) weight[column * outFeatures + row] = codes[row * inFeatures + column] - offset;
  const current = edit.node(site.node).inputs[1];
  if (current !== site.weight) edit.dropConstant(current);
  const zero = stored(outFeatures);
  for (let row = 0; row < outFeatures; row++) zero[row] = quantizer.zeroPoint[row] - offset;
  return [
    edit.addConstant(`${name}:weight/codes`, { type, dims: [inFeatures, outFeatures], data: weight }),
    edit.addConstant(`${name}:input/delta`, { type: 'float32', dims: [], data: Float32Array.of(input.delta[0]) }),
    edit.addConstant(`${name}:weight/delta`, { type: 'float32', dims: [outFeatures], data: quantizer.delta }),
    edit.addConstant(`${name}:input/zero`, { type: 'uint8', dims: [], data: Uint8Array.of(input.zero_point?.[0] ?? 0) }),
    edit.addConstant(`${name}:weight/zero`, { type, dims: [outFeatures], data: zero }),
  ];
}

interface PatchNodes {
  readonly before: readonly GraphNode[];
  /** [patches, channels * height * width] codes. */
  readonly rows: string;
  /** [patches, outFeatures] floats, read by `after`. */
  readonly product: string;
  readonly after: readonly GraphNode[];
}

/** Picture codes to one row per patch, and the product back to the convolution's [batch, out, rows, columns]. */
function patchNodes(edit: GraphEdit, site: LinearSite, codes: string): PatchNodes {
  const node = edit.node(site.node);
  const output = node.outputs[0];
  const [batch, outFeatures, down, across] = edit.shape(output);
  const [, channels, high, wide] = edit.initializer(node.inputs[1]).dims;
  const reshape = (from: string, name: string, dims: readonly number[]): GraphNode => {
    const shape = edit.addConstant(`${name}/shape`, { type: 'int64', dims: [dims.length], data: BigInt64Array.from(dims, BigInt) });
    edit.setShape(name, dims);
    return simpleNode('Reshape', [from, shape], name);
  };
  const transpose = (from: string, name: string, perm: readonly number[], dims: readonly number[]): GraphNode => {
    edit.setShape(name, dims);
    return { ...simpleNode('Transpose', [from], name), attributes: new Map([['perm', { kind: 'ints', value: perm.map(BigInt) }]]) };
  };
  const [split, moved, rows, product, grid] = ['split', 'moved', 'rows', 'product', 'grid'].map((part) => `${site.node}/${part}`);
  const size = channels * high * wide;
  edit.setShape(product, [batch * down * across, outFeatures]);
  return {
    before: [
      reshape(codes, split, [batch, channels, down, high, across, wide]),
      transpose(split, moved, [0, 2, 4, 1, 3, 5], [batch, down, across, channels, high, wide]),
      reshape(moved, rows, [batch * down * across, size]),
    ],
    rows,
    product,
    after: [reshape(product, grid, [batch, down, across, outFeatures]), transpose(grid, output, [0, 3, 1, 2], [batch, outFeatures, down, across])],
  };
}
