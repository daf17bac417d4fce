/** Collects nodes and constants of a network in the style that the importer's canonical graphs have. */
import type { Attribute, Graph, GraphNode, Tensor } from '../graph/types';
import type { WeightKind, WeightSource } from './weight-source';

/** Attributes as plain values: whole numbers are ints, `{ float }` is a float. */
export type PlainAttributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

export class GraphBuilder {
  private readonly nodes: GraphNode[] = [];
  private readonly initializers = new Map<string, Tensor>();
  private readonly outputs = new Set<string>();

  constructor(private readonly weights: WeightSource) {}

  /** A parameter by its timm name; returns the name. */
  parameter(name: string, dims: readonly number[], kind: WeightKind): string {
    return this.constant(name, this.weights(name, dims, kind));
  }

  constant(name: string, tensor: Tensor): string {
    this.initializers.set(name, tensor);
    return name;
  }

  tensor(name: string): Tensor {
    const tensor = this.initializers.get(name);
    if (tensor === undefined) throw new Error(`no constant ${name}`);
    return tensor;
  }

  /** Drops a parameter that only another constant was made from. */
  forget(name: string): void {
    this.initializers.delete(name);
  }

  scalar(name: string, value: number): string {
    return this.constant(name, { type: 'float32', dims: [], data: Float32Array.of(value) });
  }

  integers(name: string, values: readonly number[]): string {
    return this.constant(name, { type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
  }

  /** Adds a node under a module path such as `blocks.0.attn.qkv`; its name is written as PyTorch's exporter does. Returns the output's name. */
  node(path: string, opType: string, inputs: readonly string[], attributes: PlainAttributes = {}): string {
    const base = `/${exporterPath(path)}${opType}`;
    const output = this.unused(`${base}_output_0`);
    this.nodes.push({ name: output.replace(/_output_0/, ''), opType, domain: '', inputs, outputs: [output], attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)])) });
    return output;
  }

  reshape(path: string, input: string, dims: readonly number[]): string {
    return this.node(path, 'Reshape', [input, this.integers(`${path}.shape${this.nodes.length}`, dims)]);
  }

  transpose(path: string, input: string, perm: readonly number[]): string {
    return this.node(path, 'Transpose', [input], { perm });
  }

  layerNorm(path: string, input: string, channels: number, epsilon: number): string {
    const scale = this.parameter(`${path}.weight`, [channels], 'norm-scale');
    const bias = this.parameter(`${path}.bias`, [channels], 'bias');
    return this.node(path, 'LayerNormalization', [input, scale, bias], { axis: -1, epsilon: { float: epsilon } });
  }

  /** A Linear on rows: [rows, inFeatures] -> [rows, outFeatures]. */
  linear(path: string, input: string, inFeatures: number, outFeatures: number, kind: WeightKind = 'linear'): string {
    const weight = this.parameter(`${path}.weight`, [outFeatures, inFeatures], kind);
    return this.node(path, 'Gemm', [input, weight, this.parameter(`${path}.bias`, [outFeatures], 'bias')], { transB: 1 });
  }

  /** The graph with one picture per batch; the importer frees the batch size. */
  finish(name: string, input: { readonly name: string; readonly dims: readonly number[] }, output: string, classes: number): Graph {
    const logits = 'logits';
    const nodes = this.nodes.map((node) => (node.outputs[0] === output ? { ...node, outputs: [logits] } : node));
    return {
      name, nodes, initializers: this.initializers,
      inputs: [{ name: input.name, type: 'float32', dims: input.dims }], outputs: [{ name: logits, type: 'float32', dims: [input.dims[0], classes] }],
      opsets: [{ domain: '', version: 17 }], irVersion: 8, metadata: new Map(), shapes: new Map(),
    };
  }

  private unused(name: string): string {
    let candidate = name;
    for (let i = 1; this.outputs.has(candidate); i++) candidate = name.replace(/_output_0$/, `_${i}_output_0`);
    this.outputs.add(candidate);
    return candidate;
  }
}

/** `layers.0.blocks.1.attn` -> `layers/layers.0/blocks/blocks.1/attn/`. */
function exporterPath(path: string): string {
  if (path === '') return '';
  const segments: string[] = [];
  for (const part of path.split('.')) {
    if (/^\d+$/.test(part)) segments.push(`${segments[segments.length - 1]}.${part}`);
    else segments.push(part);
  }
  return `${segments.join('/')}/`;
}

function attributeOf(value: PlainAttributes[string]): Attribute {
  if (typeof value === 'number') return { kind: 'int', value: BigInt(value) };
  if ('float' in value) return { kind: 'float', value: Math.fround(value.float) };
  return { kind: 'ints', value: value.map(BigInt) };
}
