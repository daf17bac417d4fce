/** A whole integer network held against integer loops, and against plain fake quantisation where a site stays in reference arithmetic. */
import { fakeQuantize } from '../../src/engine/core/kernels/uniform';
import { fakeQuantizeRows } from '../../src/engine/core/kernels/uniform-rows';
import { operandParameters } from '../../src/engine/core/graph/parameters';
import { intsAttribute } from '../../src/engine/core/graph/node-values';
import type { GraphNode, LinearSite, ProductSite, Site } from '../../src/engine/core/graph/types';
import type { EngineTensor } from '../../src/engine/runtime/ort/session';
import { islandOf } from './integer-islands';
import { bitsOf, floatsOf, headSchemes, randomPixels, runNetwork, tensorOf, type IntegerNetwork } from './integer-network';
import { checkLinear, checkMix, checkNorm, checkScores, integerWeights, productShape } from './integer-oracle';
import { attentionValue } from './reference-quantizers';

type Tensors = ReadonlyMap<string, EngineTensor>;

export interface NetworkCheck {
  /** Sites and LayerNorms that do not give what they must, and how. */
  readonly wrong: readonly string[];
  /** Sites in reference arithmetic. */
  readonly reference: readonly string[];
}

/** Runs `network` on noise. `expected`: whose parameters the outputs are held against. */
export async function checkNetwork(network: IntegerNetwork, expected: IntegerNetwork = network): Promise<NetworkCheck> {
  const { structure, rewritten, graph } = network;
  const normed = graph.nodes.filter(({ outputs }) => structure.norms.some(({ node }) => node === outputs[0])).flatMap(({ inputs, outputs }) => [inputs[0] ?? '', outputs[0] ?? '']);
  const floating = structure.sites.filter(({ name }) => rewritten.plan.get(name)?.kind === 'reference');
  const integer = structure.sites.filter((site) => !floating.includes(site));
  const operands = floating.flatMap((site) => (site.kind === 'linear' ? [site.input] : [site.a, site.b]));
  const interesting = [...normed, ...operands, ...structure.sites.map(({ node }) => node), ...integer.flatMap((site) => islandOf(network, site).fronts)];
  const tensors = await runNetwork(network, randomPixels(structure, network.batch), new Set(interesting.filter((name) => name !== structure.input.name)));
  const wrong: string[] = [];
  const note = (name: string, what: string | null): void => {
    if (what !== null) wrong.push(`${name}: ${what}`);
  };
  for (const norm of structure.norms) note(norm.name, checkNorm(expected, tensors, norm));
  for (const site of floating) note(site.name, checkReference(expected, tensors, site));
  for (const site of integer) note(site.name, await checkInteger(expected, tensors, site));
  return { wrong, reference: floating.map(({ name }) => name) };
}

async function checkInteger(network: IntegerNetwork, tensors: Tensors, site: Site): Promise<string | null> {
  if (site.kind === 'linear') return checkLinear(network, tensors, site);
  return site.role === 'matmul1' ? checkScores(network, tensors, site) : checkMix(network, tensors, site);
}

interface Factors {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly inner: number;
  /** Indices of the first factors and step of b, and what is added, for output `index`. */
  readonly at: (index: number) => { readonly a: number; readonly b: number; readonly bias: number };
  readonly bStep: number;
}

/** A site in reference arithmetic: fake quantised operands multiplied in doubles. float32 sums of n terms are off by at most n roundings of each. */
export function checkReference(network: IntegerNetwork, tensors: Tensors, site: Site): string | null {
  const { a, b, inner, at, bStep } = site.kind === 'linear' ? linearFactors(network, tensors, site) : productFactors(network, tensors, site);
  const out = floatsOf(tensors, site.node);
  for (const [index, actual] of out.entries()) {
    const from = at(index);
    let sum = from.bias;
    let size = Math.abs(from.bias);
    for (let i = 0; i < inner; i++) {
      const term = (a[from.a + i] ?? NaN) * (b[from.b + i * bStep] ?? NaN);
      sum += term;
      size += Math.abs(term);
    }
    if (!(Math.abs(actual - sum) <= (inner + 2) * 2 ** -24 * size)) return `element ${index}: ${actual}, fake quantisation gives ${sum}`;
  }
  return null;
}

function quantized(network: IntegerNetwork, tensors: Tensors, site: string, field: string, tensor: string, bits: number): Float32Array {
  const x = floatsOf(tensors, tensor);
  if (bits === 32) return x;
  const { delta, zero_point: zeroPoint } = operandParameters(network.parameters, site, field);
  const out = new Float32Array(x.length);
  fakeQuantize(x, out, { delta: delta[0] ?? NaN, zeroPoint: zeroPoint?.[0] ?? NaN }, bits);
  return out;
}

function linearFactors(network: IntegerNetwork, tensors: Tensors, site: LinearSite): Factors {
  const { parameters, graph } = network;
  const { rows, bias } = integerWeights(network, site);
  const weightBits = bitsOf(network, site, 'weight');
  const { delta, zero_point: zeroPoint = [] } = weightBits === 32 ? { delta: [] } : operandParameters(parameters, site.name, 'weight');
  const node = graph.nodes.find(({ outputs }) => outputs[0] === site.node);
  const inner = site.inFeatures;
  const a = quantized(network, tensors, site.name, 'input', site.input, bitsOf(network, site, 'input'));
  const b = weightBits === 32 ? rows : fakeQuantizeRows(rows, site.outFeatures, { delta: Float32Array.from(delta), zeroPoint }, weightBits);
  if (node?.opType === 'Conv') {
    const places = (tensorOf(tensors, site.node).dims[2] ?? 0) * (tensorOf(tensors, site.node).dims[3] ?? 0);
    const of = (index: number): { column: number; row: number } => ({ column: Math.floor(index / places) % site.outFeatures, row: Math.floor(index / (places * site.outFeatures)) * places + (index % places) });
    return {
      a: convolutionRows(a, tensorOf(tensors, site.input).dims, tensorOf(tensors, site.node).dims, graph.initializers.get(site.weight)?.dims ?? [], node), b, inner, bStep: 1,
      at: (index) => ({ a: of(index).row * inner, b: of(index).column * inner, bias: bias?.[of(index).column] ?? 0 }),
    };
  }
  return {
    a,
    b,
    inner, bStep: 1,
    at: (index) => ({ a: Math.floor(index / site.outFeatures) * inner, b: (index % site.outFeatures) * inner, bias: site.biasNode === null ? bias?.[index % site.outFeatures] ?? 0 : 0 }),
  };
}

/** What a convolution multiplies at each place, one row per place. */
function convolutionRows(x: Float32Array, [batch = 0, channels = 0, height = 0, width = 0]: readonly number[], [, , down = 0, across = 0]: readonly number[], [, , high = 0, wide = 0]: readonly number[], node: GraphNode): Float32Array {
  const [strideY = 1, strideX = 1] = intsAttribute(node, 'strides') ?? [];
  const [apartY = 1, apartX = 1] = intsAttribute(node, 'dilations') ?? [];
  const rows: number[] = [];
  for (let image = 0; image < batch; image++) for (let top = 0; top < down; top++) for (let left = 0; left < across; left++) {
    for (let channel = 0; channel < channels; channel++) for (let ky = 0; ky < high; ky++) for (let kx = 0; kx < wide; kx++) {
      rows.push(x[((image * channels + channel) * height + top * strideY + ky * apartY) * width + left * strideX + kx * apartX] ?? NaN);
    }
  }
  return Float32Array.from(rows);
}

function mapByDefinition(network: IntegerNetwork, tensors: Tensors, site: ProductSite): Float32Array {
  const block = network.structure.blocks[site.block];
  if (block === undefined) throw new Error(`there is no block ${site.block}`);
  const heads = headSchemes(network, block);
  return floatsOf(tensors, site.a).map((x, index) => {
    const head = heads[Math.floor(index / block.tokens ** 2) % block.heads] ?? null;
    return head === null ? x : attentionValue(head.scheme.id, x, head.delta, head.bits);
  });
}

function productFactors(network: IntegerNetwork, tensors: Tensors, site: ProductSite): Factors {
  const { rows, inner, columns } = productShape(tensorOf(tensors, site.a), tensorOf(tensors, site.b));
  return {
    a: site.role === 'matmul2' ? mapByDefinition(network, tensors, site) : quantized(network, tensors, site.name, 'A', site.a, bitsOf(network, site, 'A')),
    b: quantized(network, tensors, site.name, 'B', site.b, bitsOf(network, site, 'B')),
    inner, bStep: columns,
    at: (index) => ({ a: Math.floor(index / columns) * inner, b: Math.floor(index / (rows * columns)) * inner * columns + (index % columns), bias: 0 }),
  };
}
