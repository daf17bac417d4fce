/** The slow twin of a site: plain loops in double over tensors that were captured, straight from the definitions. */
import { operandSetting } from '../../src/engine/core/graph/operand-setting';
import { operandParameters, type NetworkParameters, type QuantizerSettings } from '../../src/engine/core/graph/parameters';
import type { Graph, LinearSite, ModelStructure, ProductSite, Site } from '../../src/engine/core/graph/types';
import { schemeById } from '../../src/engine/core/quantizers/scheme-table';
import type { LayerStudy } from '../../src/engine/runtime/evaluate/layers/layer-study';
import { pictureLive } from '../../src/engine/runtime/evaluate/layers/picture-live';
import type { LoadedBatch } from '../../src/engine/runtime/evaluate/load-pixels';
import { floatsIn } from '../../src/engine/runtime/evaluate/segment-chain';
import type { FloatTensor } from '../../src/engine/runtime/ort/session';

/** Tensors of the FP32 network on one full batch. */
export async function captureFloat(study: LayerStudy, batch: LoadedBatch, names: readonly string[]): Promise<Map<string, FloatTensor>> {
  const { input } = study.source.structure;
  const chain = study.keeping('float', names.filter((name) => name !== input.name));
  const found = new Map<string, FloatTensor>();
  let live = pictureLive(study, batch);
  for (let part = 0; part < chain.length; part++) {
    await chain.step(part, live);
    live = new Map([...live].map(([name, { data, dims }]) => [name, { data: data.slice(), dims }]));
    for (const name of names) if (live.has(name)) found.set(name, floatsIn(live, name));
  }
  await chain.release();
  return found;
}

export interface TwinContext {
  readonly graph: Graph;
  readonly structure: ModelStructure;
  readonly settings: QuantizerSettings;
  readonly parameters: NetworkParameters;
  readonly integer: boolean;
}

export type Tensors = ReadonlyMap<string, FloatTensor>;

/** What must be captured for a site. */
export function neededTensors(context: TwinContext, site: Site): string[] {
  if (site.kind === 'product') return [site.a, site.b, site.node];
  const { norm } = behindNorm(context, site);
  return [norm === null ? site.input : norm.input, site.biasNode ?? site.node];
}

const constant = (graph: Graph, name: string): Float32Array => {
  const data = graph.initializers.get(name)?.data;
  if (!(data instanceof Float32Array)) throw new Error(`no floats ${name}`);
  return data;
};

function behindNorm({ graph, structure, settings }: TwinContext, site: LinearSite): { norm: { input: string; scale: Float32Array; bias: Float32Array; epsilon: number } | null } {
  const pair = site.norm === null ? undefined : structure.norms[site.norm];
  if (pair === undefined || operandSetting(settings, site, 'input').kind === 'fp32') return { norm: null };
  const node = graph.nodes.find(({ outputs }) => outputs[0] === pair.node);
  const epsilon = node?.attributes.get('epsilon');
  return { norm: { input: node?.inputs[0] ?? '', scale: constant(graph, pair.scale), bias: pair.bias === null ? new Float32Array(pair.channels) : constant(graph, pair.bias), epsilon: epsilon?.kind === 'float' ? epsilon.value : 1e-5 } };
}

const even = (x: number): number => {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
};

/** clamp(rne(x / D), -Z, L - 1 - Z) * D */
export function fake(x: number, delta: number, zeroPoint: number, bits: number): number {
  return Math.min(2 ** bits - 1 - zeroPoint, Math.max(-zeroPoint, even(Math.fround(x / delta)))) * delta;
}

export interface TwinOperands {
  readonly weight: boolean;
  readonly activations: boolean;
  readonly attention: boolean;
}

/** The site's output with some kinds of operand quantised, [elements] as captured; `order` of a Linear's rows must be that of its LayerNorm. */
export function twinOutput(context: TwinContext, site: Site, tensors: Tensors, on: TwinOperands): Float64Array {
  return site.kind === 'linear' ? linear(context, site, tensors, on) : product(context, site, tensors, on);
}

function linear(context: TwinContext, site: LinearSite, tensors: Tensors, on: TwinOperands): Float64Array {
  const { graph, parameters, settings } = context;
  const { outFeatures, inFeatures } = site;
  const { norm } = behindNorm(context, site);
  const raw = constant(graph, site.weight);
  const weight = Float64Array.from({ length: raw.length }, (_, i) => (site.layout === 'out-first' ? raw[i] : raw[(i % inFeatures) * outFeatures + Math.floor(i / inFeatures)]) ?? NaN);
  const bias = site.bias === null ? new Float64Array(outFeatures) : Float64Array.from(constant(graph, site.bias));
  let rows = norm === null ? patchRows(context, site, floatsIn(new Map(tensors), site.input)) : new Float64Array(floatsIn(new Map(tensors), norm.input).data.length);
  if (norm !== null) {
    const channel = parameters.reparameterisation[site.name];
    if (channel === undefined) throw new Error(`no reparameterisation of ${site.name}`);
    const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
    const delta = mean(channel.channelDelta);
    const zero = context.integer ? even(mean(channel.channelZeroPoint)) : mean(channel.channelZeroPoint);
    const r = channel.channelDelta.map((step, c) => (channel.degenerate?.[c] === 1 ? 1 : step / delta));
    const shift = r.map((ratio, c) => (-(channel.channelZeroPoint[c] ?? 0) * (channel.channelDelta[c] ?? 0)) / ratio + zero * delta);
    const x = floatsIn(new Map(tensors), norm.input).data;
    for (let start = 0; start < x.length; start += inFeatures) {
      const row = Array.from(x.subarray(start, start + inFeatures));
      const centre = mean(row);
      const spread = Math.sqrt(mean(row.map((value) => (value - centre) ** 2)) + norm.epsilon);
      for (let c = 0; c < inFeatures; c++) {
        const plain = (((row[c] ?? 0) - centre) / spread) * (norm.scale[c] ?? 0) + (norm.bias[c] ?? 0);
        rows[start + c] = plain / (r[c] ?? 1) - (shift[c] ?? 0);
      }
    }
    for (let out = 0; out < outFeatures; out++) {
      for (let c = 0; c < inFeatures; c++) {
        const value = (weight[out * inFeatures + c] ?? 0) * (r[c] ?? 1);
        weight[out * inFeatures + c] = value;
        bias[out] = (bias[out] ?? 0) + value * (shift[c] ?? 0);
      }
    }
  }
  const input = operandSetting(settings, site, 'input');
  if (on.activations && input.kind === 'uniform') {
    const { delta, zero_point: zero } = operandParameters(parameters, site.name, 'input');
    rows = rows.map((value) => fake(value, delta[0] ?? NaN, zero?.[0] ?? NaN, input.bits));
  }
  const setting = operandSetting(settings, site, 'weight');
  if (on.weight && setting.kind === 'uniform') {
    const { delta, zero_point: zero } = operandParameters(parameters, site.name, 'weight');
    for (let i = 0; i < weight.length; i++) weight[i] = fake(weight[i] ?? NaN, delta[Math.floor(i / inFeatures)] ?? NaN, zero?.[Math.floor(i / inFeatures)] ?? NaN, setting.bits);
  }
  const count = rows.length / inFeatures;
  const out = new Float64Array(count * outFeatures);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < outFeatures; column++) {
      let sum = bias[column] ?? 0;
      for (let c = 0; c < inFeatures; c++) sum += (rows[row * inFeatures + c] ?? 0) * (weight[column * inFeatures + c] ?? 0);
      out[row * outFeatures + column] = sum;
    }
  }
  return site.role === 'patch_embed' ? fromPatchRows(context, out, outFeatures) : out;
}

/** A picture as one row per patch, in the order of a kernel's elements; other inputs as they are. */
function patchRows({ structure }: TwinContext, site: LinearSite, { data, dims }: FloatTensor): Float64Array {
  if (site.role !== 'patch_embed') return Float64Array.from(data);
  const [batch = 0, channels = 0, height = 0, width = 0] = dims;
  const [high, wide] = structure.patch;
  const rows: number[] = [];
  for (let image = 0; image < batch; image++) for (let down = 0; down < height; down += high) for (let across = 0; across < width; across += wide) {
    for (let c = 0; c < channels; c++) for (let y = 0; y < high; y++) for (let x = 0; x < wide; x++) rows.push(data[((image * channels + c) * height + down + y) * width + across + x] ?? NaN);
  }
  return Float64Array.from(rows);
}

/** [batch * patches, out] to [batch, out, patches]. */
function fromPatchRows({ structure }: TwinContext, rows: Float64Array, features: number): Float64Array {
  const patches = (structure.input.height / structure.patch[0]) * (structure.input.width / structure.patch[1]);
  return rows.map((_, i) => {
    const [image, feature, patch] = [Math.floor(i / (features * patches)), Math.floor(i / patches) % features, i % patches];
    return rows[(image * patches + patch) * features + feature] ?? NaN;
  });
}

function product({ parameters, settings }: TwinContext, site: ProductSite, tensors: Tensors, on: TwinOperands): Float64Array {
  const side = (operand: 'A' | 'B'): { data: Float64Array; dims: readonly number[] } => {
    const { data, dims } = floatsIn(new Map(tensors), operand === 'A' ? site.a : site.b);
    const setting = operandSetting(settings, site, operand);
    const { delta, zero_point: zero } = setting.kind === 'fp32' ? { delta: [NaN], zero_point: [NaN] } : operandParameters(parameters, site.name, operand);
    if (setting.kind === 'log') {
      const scheme = schemeById(setting.scheme);
      if (!on.attention || scheme.kind === 'none') return { data: Float64Array.from(data), dims };
      const levels = scheme.levels(delta[0] ?? NaN, setting.bits);
      return { data: Float64Array.from(data, (x) => levels[scheme.codeOf(x, delta[0] ?? NaN, setting.bits)] ?? NaN), dims };
    }
    if (!on.activations || setting.kind === 'fp32') return { data: Float64Array.from(data), dims };
    return { data: Float64Array.from(data, (x) => fake(x, delta[0] ?? NaN, zero?.[0] ?? NaN, setting.bits)), dims };
  };
  const a = side('A');
  const b = side('B');
  const [rows = 0, inner = 0] = a.dims.slice(-2);
  const columns = b.dims.at(-1) ?? 0;
  const maps = a.data.length / (rows * inner);
  const out = new Float64Array(maps * rows * columns);
  for (let map = 0; map < maps; map++) for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let i = 0; i < inner; i++) sum += (a.data[(map * rows + row) * inner + i] ?? NaN) * (b.data[(map * inner + i) * columns + column] ?? NaN);
    out[(map * rows + row) * columns + column] = sum;
  }
  return out;
}
