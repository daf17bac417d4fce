/**
 * What a site of an integer network must give, from the tensors that entered it: codes by `encodeUniform`, sums by BigInt loops, and one float
 * scale. Each check returns what is wrong as text, or null. Long, because the kinds of product share what they are measured by.
 */
import { reparameterise } from '../../src/engine/core/calibration/reparameterise';
import { operandParameters } from '../../src/engine/core/graph/parameters';
import type { LinearSite, NormPair, ProductSite, Tensor } from '../../src/engine/core/graph/types';
import { floats, weightRows } from '../../src/engine/core/graph/weights';
import { encodeUniform } from '../../src/engine/core/kernels/uniform';
import { encodeUniformRows } from '../../src/engine/core/kernels/uniform-rows';
import type { EngineTensor } from '../../src/engine/runtime/ort/session';
import { firstDifference } from './first-difference';
import { floatOperand, islandOf, runRewritten, type Island } from './integer-islands';
import { bitsOf, floatsOf, tensorOf, wholeScheme, type IntegerNetwork } from './integer-network';
import { bitLog2Level, rne } from './reference-quantizers';

/** Half a unit in the last place of float32, relative. */
const rounding = 2 ** -24;
/**
 * The exact value of an output is sum * (delta * delta) + bias. The scale is rounded when it is made of the deltas (twice where 1 / delta of a
 * map stands in it), and once more where it meets the sum; whether the product with the sum is rounded before the bias is added depends on
 * whether the kernel fuses both.
 */
const scaleRoundings = 4;

type Tensors = ReadonlyMap<string, EngineTensor>;

/** Most products that BigInt loops compute per site; larger sites are looked at in a sample of their outputs. */
const mostProducts = 300_000;

/** Outputs to look at: all, or every so manyth (a step that meets all rows and columns in turn). */
function sample(outputs: number, inner: number): number[] {
  const step = Math.max(1, Math.ceil((outputs * inner) / mostProducts));
  const odd = step === 1 || step % 2 === 1 ? step : step + 1;
  return Array.from({ length: Math.ceil(outputs / odd) }, (_, i) => i * odd);
}

/** sum a[ai + i * aStep] * b[bi + i * bStep] */
function dot(a: BigInt64Array, ai: number, aStep: number, b: BigInt64Array, bi: number, bStep: number, inner: number): bigint {
  let sum = 0n;
  for (let i = 0; i < inner; i++) sum += (a[ai + i * aStep] ?? 0n) * (b[bi + i * bStep] ?? 0n);
  return sum;
}

/** Codes less their zero point. */
const lessZero = (codes: ArrayLike<number>, zeroOf: (index: number) => number): BigInt64Array => BigInt64Array.from(codes, (code, index) => BigInt(code) - BigInt(zeroOf(index)));

/** Whether `out` is sum * scale + bias up to the named roundings; so close that no other sum can be meant. */
function wrongOutput(out: number, sum: bigint, scale: number, bias: number): string | null {
  const product = Number(sum) * scale;
  // A power of two rounds nothing.
  const roundings = Number.isInteger(Math.log2(scale)) ? 0 : scaleRoundings;
  const allowed = rounding * (roundings * Math.abs(product) + (bias === 0 ? 0 : Math.abs(product + bias)));
  if (allowed >= scale / 2) return `a sum of ${sum} cannot be told from its neighbours at scale ${scale} and bias ${bias}: choose other values for the test`;
  const meant = (out - bias) / scale;
  return Math.abs(out - (product + bias)) <= allowed && BigInt(Math.round(meant)) === sum ? null : `output ${out} means a sum of ${meant}, the codes give ${sum}`;
}

async function wrongCodes(network: IntegerNetwork, tensors: Tensors, island: Island, position: number, codes: Uint8Array): Promise<string | null> {
  const name = island.codes[position] ?? '';
  const actual = tensorOf(await runRewritten(network, tensors, island.fronts, [name]), name).data;
  const different = firstDifference(actual, codes);
  return different === null ? null : `codes of operand ${position}: ${different}`;
}

function gridOf({ parameters }: IntegerNetwork, site: string, field: string): { delta: number; zeroPoint: number } {
  const { delta, zero_point: zeroPoint } = operandParameters(parameters, site, field);
  return { delta: delta[0] ?? NaN, zeroPoint: zeroPoint?.[0] ?? NaN };
}

function encode(x: EngineTensor, grid: { delta: number; zeroPoint: number }, bits: number): Uint8Array {
  if (!(x.data instanceof Float32Array)) throw new Error('operands are floats before they are codes');
  const codes = new Uint8Array(x.data.length);
  encodeUniform(x.data, codes, grid, bits);
  return codes;
}

export interface IntegerWeights {
  readonly rows: Float32Array;
  readonly bias: Float32Array | null;
  /** Of the LayerNorm in front; null without one. */
  readonly norm: { readonly weight: Float32Array; readonly bias: Float32Array } | null;
}

/** Weights as integer arithmetic has them: reparameterised with a whole zero point where a LayerNorm stands in front. */
export function integerWeights(network: IntegerNetwork, site: LinearSite): IntegerWeights {
  const { graph, structure, parameters } = network;
  const initializer = (name: string): Tensor => {
    const tensor = graph.initializers.get(name);
    if (tensor === undefined) throw new Error(`no constant ${name}`);
    return tensor;
  };
  const constant = (name: string): Float32Array => floats(initializer(name), name);
  const rows = weightRows({ initializer }, site);
  const bias = site.bias === null ? null : constant(site.bias);
  const norm = site.norm === null ? undefined : structure.norms[site.norm];
  const channel = parameters.reparameterisation[site.name];
  if (norm === undefined || channel === undefined || bitsOf(network, site, 'input') === 32) return { rows, bias, norm: null };
  const lnBias = norm.bias === null ? new Float32Array(norm.channels) : constant(norm.bias);
  const result = reparameterise({ ...channel, lnWeight: constant(norm.scale), lnBias, weight: rows, bias }, { integerZeroPoint: true });
  return { rows: result.weight, bias: result.bias, norm: { weight: result.lnWeight, bias: result.lnBias } };
}

/** Relative to the largest term: mean and variance are sums of float32 in an order of the kernel's own. */
const normTolerance = 1e-5;

/** A LayerNorm, reparameterised unless what comes out of it stays in FP32: its output from its input, in doubles. */
export function checkNorm(network: IntegerNetwork, tensors: Tensors, norm: NormPair): string | null {
  const { graph, structure } = network;
  const site = structure.sites.find((candidate): candidate is LinearSite => candidate.kind === 'linear' && candidate.name === norm.sites[0]);
  const node = graph.nodes.find(({ outputs }) => outputs[0] === norm.node);
  const constant = (name: string | null): Float32Array => (name === null ? new Float32Array(norm.channels) : floats(graph.initializers.get(name) ?? { type: 'float32', dims: [0], data: new Float32Array(0) }, name));
  const untouched = site !== undefined && bitsOf(network, site, 'input') === 32 ? { weight: constant(norm.scale), bias: constant(norm.bias) } : null;
  const changed = site === undefined ? null : untouched ?? integerWeights(network, site).norm;
  if (node === undefined || changed === null) return 'is no LayerNorm in front of a Linear';
  const x = floatsOf(tensors, node.inputs[0] ?? '');
  const out = floatsOf(tensors, norm.node);
  const epsilon = node.attributes.get('epsilon');
  const { channels } = norm;
  for (let start = 0; start < x.length; start += channels) {
    const row = x.subarray(start, start + channels);
    const mean = row.reduce((sum, value) => sum + value, 0) / channels;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / channels;
    for (const [channel, value] of row.entries()) {
      const scaled = ((value - mean) / Math.sqrt(variance + (epsilon?.kind === 'float' ? epsilon.value : 1e-5))) * (changed.weight[channel] ?? NaN);
      const expected = scaled + (changed.bias[channel] ?? NaN);
      const error = Math.abs((out[start + channel] ?? NaN) - expected);
      if (!(error <= normTolerance * (Math.abs(scaled) + Math.abs(changed.bias[channel] ?? 0) + 1))) return `channel ${channel}: ${out[start + channel]}, expected ${expected}`;
    }
  }
  return null;
}

/** [batch, channels, height, width] to one row per patch of [channels, kernel, kernel], row-major over patches. */
function patchRows(codes: Uint8Array, [batch = 0, channels = 0, height = 0, width = 0]: readonly number[], [high, wide]: readonly [number, number]): Uint8Array {
  const out = new Uint8Array(codes.length);
  let at = 0;
  for (let image = 0; image < batch; image++) for (let top = 0; top < height; top += high) for (let left = 0; left < width; left += wide) {
    for (let channel = 0; channel < channels; channel++) for (let y = top; y < top + high; y++) for (let x = left; x < left + wide; x++) out[at++] = codes[((image * channels + channel) * height + y) * width + x] ?? 0;
  }
  return out;
}

/** A Linear or patch embedding: codes in front, the exact sums, and the output. */
export async function checkLinear(network: IntegerNetwork, tensors: Tensors, site: LinearSite): Promise<string | null> {
  const { graph, structure, parameters } = network;
  const island = islandOf(network, site);
  if (island.floats.length > 0 || island.forms.length > 0 || island.codes.length !== 1) return `enters its product: ${JSON.stringify(island)}`;
  const conv = graph.nodes.find(({ outputs }) => outputs[0] === site.node)?.opType === 'Conv';
  const operand = await floatOperand(graph, tensors, island.fronts, site.input);
  const input = gridOf(network, site.name, 'input');
  const plain = encode(operand, input, bitsOf(network, site, 'input'));
  const codes = conv ? patchRows(plain, operand.dims, structure.patch) : plain;
  const wrong = await wrongCodes(network, tensors, island, 0, codes);
  if (wrong !== null) return wrong;

  const { delta, zero_point: zeroPoint = [] } = operandParameters(parameters, site.name, 'weight');
  const { rows, bias } = integerWeights(network, site);
  const { inFeatures: inner, outFeatures: columns } = site;
  const a = lessZero(codes, () => input.zeroPoint);
  const b = lessZero(encodeUniformRows(rows, columns, { delta: Float32Array.from(delta), zeroPoint }, bitsOf(network, site, 'weight')), (index) => zeroPoint[Math.floor(index / inner)] ?? 0);
  const added = site.biasNode === null ? bias : null;
  const out = floatsOf(tensors, site.node);
  const places = conv ? (tensorOf(tensors, site.node).dims[2] ?? 0) * (tensorOf(tensors, site.node).dims[3] ?? 0) : 1;
  for (const index of sample(out.length, inner)) {
    // A convolution has its channels in front of the places.
    const column = conv ? Math.floor(index / places) % columns : index % columns;
    const row = conv ? Math.floor(index / (places * columns)) * places + (index % places) : Math.floor(index / columns);
    const sum = dot(a, row * inner, 1, b, column * inner, 1, inner);
    const bad = wrongOutput(out[index] ?? NaN, sum, input.delta * (delta[column] ?? NaN), added?.[column] ?? 0);
    if (bad !== null) return `row ${row}, column ${column}: ${bad}`;
  }
  return null;
}

export interface Shape {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Shape of the last two axes of a x b. */
export function productShape(a: EngineTensor, b: EngineTensor): Shape {
  return { rows: a.dims.at(-2) ?? 0, inner: a.dims.at(-1) ?? 0, columns: b.dims.at(-1) ?? 0 };
}

/** The exact sum behind output `index` of a batched product. */
function productSum(a: BigInt64Array, b: BigInt64Array, { rows, inner, columns }: Shape, index: number): bigint {
  const matrix = Math.floor(index / (rows * columns));
  const row = Math.floor(index / columns) % rows;
  return dot(a, (matrix * rows + row) * inner, 1, b, matrix * inner * columns + (index % columns), columns, inner);
}

/** q.kT: codes of both, sums, output. */
export async function checkScores(network: IntegerNetwork, tensors: Tensors, site: ProductSite): Promise<string | null> {
  const island = islandOf(network, site);
  if (island.floats.length > 0 || island.forms.length > 0 || island.codes.length !== 2) return `enters its product: ${JSON.stringify(island)}`;
  const wholes: BigInt64Array[] = [];
  const operands: EngineTensor[] = [];
  for (const [position, [tensor, field]] of ([[site.a, 'A'], [site.b, 'B']] as const).entries()) {
    const operand = await floatOperand(network.graph, tensors, island.fronts, tensor);
    const grid = gridOf(network, site.name, field);
    const codes = encode(operand, grid, bitsOf(network, site, field));
    const wrong = await wrongCodes(network, tensors, island, position, codes);
    if (wrong !== null) return wrong;
    operands.push(operand);
    wholes.push(lessZero(codes, () => grid.zeroPoint));
  }
  const [a, b] = wholes;
  const [left, right] = operands;
  if (a === undefined || b === undefined || left === undefined || right === undefined) return 'operands are missing';
  const shape = productShape(left, right);
  const scale = gridOf(network, site.name, 'A').delta * gridOf(network, site.name, 'B').delta;
  const out = floatsOf(tensors, site.node);
  for (const index of sample(out.length, shape.inner)) {
    const bad = wrongOutput(out[index] ?? NaN, productSum(a, b, shape, index), scale, 0);
    if (bad !== null) return `element ${index}: ${bad}`;
  }
  return null;
}

/** The whole numbers that stand for one softmax output: of sqrt(2) to even powers and to odd ones. value = (even + sqrt2 * odd) * scale. */
interface WholeLevel {
  readonly even: number;
  readonly odd: number;
}

/** By the words of the paper, nothing shared with the engine. */
function wholeLevel(id: string, x: number, delta: number, aBits: number): WholeLevel {
  if (id.startsWith('BitLog2')) return { even: bitLog2Level(id, x), odd: 0 };
  const count = 2 ** aBits;
  const q = rne(Math.fround(-2 * Math.fround(Math.log2(Math.fround(x / delta)))));
  if (q >= count) return { even: 0, odd: 0 };
  const last = id === 'Sqrt2_17' ? count - 1 : count - 2;
  const power = 2 ** (Math.ceil(last / 2) - Math.ceil(Math.min(Math.max(q, 0), last) / 2));
  return Math.min(Math.max(q, 0), last) % 2 === 0 ? { even: power, odd: 0 } : { even: 0, odd: power };
}

/** What the accumulators are multiplied by before v's delta. */
function wholeScale(id: string, delta: number, aBits: number): number {
  if (id.startsWith('BitLog2')) return 1 / delta;
  return delta / 2 ** Math.ceil((2 ** aBits - (id === 'Sqrt2_17' ? 1 : 2)) / 2);
}

/** Attention times v: codes of v, each accumulator apart, and both joined. */
export async function checkMix(network: IntegerNetwork, tensors: Tensors, site: ProductSite): Promise<string | null> {
  const { scheme, delta, bits } = wholeScheme(network, site.block);
  const island = islandOf(network, site);
  const kinds = scheme.kind === 'sqrt2' ? 2 : 1;
  if (island.floats.length > 0 || island.forms.length !== kinds || island.codes.length !== 1) return `enters its product: ${JSON.stringify(island)}`;
  const operand = await floatOperand(network.graph, tensors, island.fronts, site.b);
  const grid = gridOf(network, site.name, 'B');
  const codes = encode(operand, grid, bitsOf(network, site, 'B'));
  const wrong = await wrongCodes(network, tensors, island, 0, codes);
  if (wrong !== null) return wrong;

  const v = lessZero(codes, () => grid.zeroPoint);
  const map = tensorOf(tensors, site.a);
  const levels = Array.from(floatsOf(tensors, site.a), (x) => wholeLevel(scheme.id, x, delta, bits));
  const accumulators = (['even', 'odd'] as const).slice(0, kinds).map((which) => BigInt64Array.from(levels, (level) => BigInt(level[which])));
  const shape = productShape(map, operand);
  const scale = wholeScale(scheme.id, delta, bits) * grid.delta;
  const out = floatsOf(tensors, site.node);
  const indices = sample(out.length, shape.inner * kinds);
  const sums = accumulators.map((accumulator) => indices.map((index) => productSum(accumulator, v, shape, index)));

  // Each accumulator alone: the other one's levels are all zero.
  for (const [which, expected] of sums.entries()) {
    const factor = which === 0 ? 1 : Math.SQRT2;
    const alone = new Map(tensors);
    for (const [position, form] of island.forms.entries()) {
      const { data, dims } = tensorOf(tensors, form);
      if (position !== which) alone.set(form, { data: data.slice().fill(0), dims });
      else {
        const different = firstDifference(data, Float64Array.from(accumulators[which] ?? [], Number));
        if (different !== null) return `levels of ${form}: ${different}`;
      }
    }
    const given = floatsOf(await runRewritten(network, alone, [...island.fronts, ...island.forms], [site.node]), site.node);
    for (const [place, index] of indices.entries()) {
      const bad = wrongOutput(given[index] ?? NaN, expected[place] ?? 0n, scale * factor, 0);
      if (bad !== null) return `accumulator ${which}, element ${index}: ${bad}`;
    }
  }
  for (const [place, index] of indices.entries()) {
    const [even = 0, odd = 0] = sums.map((sum) => Number(sum[place] ?? 0n));
    // The one place where floating point takes part: E + sqrt2 * O, rounded twice.
    const joined = Math.fround(even + Math.fround(Math.fround(Math.SQRT2) * odd));
    const expected = joined * scale;
    if (Math.abs((out[index] ?? NaN) - expected) > rounding * scaleRoundings * Math.abs(expected)) return `element ${index}: ${out[index]}, expected ${expected} of ${even} and ${odd}`;
  }
  return null;
}
