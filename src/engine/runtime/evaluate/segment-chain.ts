/**
 * A network as a chain of graph segments that can be entered anywhere: what crosses a cut is the caller's to keep. A chain that differs from
 * another in a few segments shares the others with it, sessions included.
 */
import { at } from '../../../shared/at';
import type { RewrittenGraph } from '../../core/graph/rewrite';
import { segmentGraph, type Segment } from '../../core/graph/segments';
import type { ModelStructure, ValueInfo } from '../../core/graph/types';
import { elementCount } from '../../core/onnx/element-types';
import { createSession, type EngineTensor, type FloatTensor, type Session } from '../ort/session';
import type { MapStages } from './map-stages';

/** Tensors by name. */
export type Live = Map<string, EngineTensor>;

export interface ChainSpec {
  readonly structure: ModelStructure;
  readonly rewritten: RewrittenGraph;
  readonly maps: MapStages;
  /** By block; false leaves the map in FP32. */
  readonly mapsOn: readonly boolean[];
  readonly threads: number;
  /** Tensors that leave their segment although no other reads them. */
  readonly keep: ReadonlySet<string>;
}

/** A segment, its session once it is loaded, and the arrays that it writes. */
class Part {
  private loaded: { readonly session: Session; readonly outputs: Live } | null = null;

  constructor(readonly segment: Segment, private readonly threads: number) {}

  async load(): Promise<{ readonly session: Session; readonly outputs: Live }> {
    if (this.loaded !== null) return this.loaded;
    const session = await createSession(this.segment.graph, this.threads);
    this.loaded = { session, outputs: new Map(this.segment.graph.outputs.map((value) => [value.name, emptyTensor(value)])) };
    return this.loaded;
  }

  async unload(): Promise<void> {
    const { loaded } = this;
    this.loaded = null;
    await loaded?.session.release();
  }
}

export class SegmentChain {
  private readonly parts: readonly Part[];
  /** Parts that are not another chain's. */
  private readonly own: readonly Part[];
  private readonly blocks: ReadonlyMap<string, number>;
  /** The first part at which this chain does something else than `base`; the number of parts when it never does. */
  readonly first: number;

  /** Loads nothing yet. `base`: shares what is the same. */
  constructor(private readonly spec: ChainSpec, base: SegmentChain | null = null) {
    const { structure, rewritten, threads, keep } = spec;
    const segments = segmentGraph(rewritten.graph, rewritten.cuts, keep);
    this.blocks = new Map(structure.blocks.map((block) => [block.softmax, block.index]));
    const shared = segments.map((segment, index) => {
      const other = base?.parts[index];
      return other !== undefined && equalSegments(other.segment, segment) ? other : null;
    });
    this.parts = segments.map((segment, index) => at(shared, index) ?? new Part(segment, threads));
    this.own = this.parts.filter((_, index) => at(shared, index) === null);
    const changed = segments.findIndex((segment, index) => at(shared, index) === null || (base !== null && segment.inputs.some((name) => base.formChanged(name, spec))));
    this.first = changed < 0 ? segments.length : changed;
  }

  get length(): number {
    return this.parts.length;
  }

  /** Index of the part that makes each tensor that leaves one. */
  get makers(): ReadonlyMap<string, number> {
    return new Map(this.parts.flatMap(({ segment }, index) => segment.outputs.map((name) => [name, index] as const)));
  }

  /** What the parts from `from` on read that is made before them. */
  inputsFrom(from: number): string[] {
    const inside = new Set<string>();
    const outside = new Set<string>();
    for (const { segment } of this.parts.slice(from)) {
      for (const name of segment.inputs) if (!inside.has(name)) outside.add(name);
      for (const name of segment.outputs) inside.add(name);
      for (const { replacement } of segment.cuts) inside.add(replacement);
    }
    return [...outside];
  }

  /** Runs one part. What it makes goes into `live`, quantised maps included, in arrays that the next run of the part writes again. */
  async step(index: number, live: Live): Promise<void> {
    const { segment } = at(this.parts, index);
    const { session, outputs } = await at(this.parts, index).load();
    const feeds = new Map(segment.inputs.map((name) => [name, tensorIn(live, name)]));
    await session.runInto(feeds, outputs);
    for (const [name, tensor] of outputs) live.set(name, tensor);
    for (const produced of new Set(segment.cuts.map((cut) => cut.produced))) {
      const block = this.blockOf(produced);
      const map = floatsIn(live, produced);
      const forms = at(this.spec.mapsOn, block) ? this.spec.maps.quantise(block, map) : new Map([[`${produced}/quantized`, map]]);
      for (const [name, tensor] of forms) live.set(name, tensor);
    }
  }

  /** Runs parts [from, to). `poll` is called before each and may throw to stop. */
  async run(live: Live, from: number, to: number, poll: () => void): Promise<void> {
    for (let index = from; index < to; index++) {
      poll();
      await this.step(index, live);
    }
  }

  /** Frees one part; it loads again when it is needed. */
  async unload(index: number): Promise<void> {
    await at(this.parts, index).unload();
  }

  /** Frees what is this chain's alone. */
  async release(): Promise<void> {
    for (const part of this.own) await part.unload();
  }

  /** Whether a tensor is the form of a map that another chain's quantiser makes otherwise. */
  private formChanged(name: string, other: ChainSpec): boolean {
    const cut = this.spec.rewritten.cuts.find(({ replacement }) => replacement === name);
    const block = cut === undefined ? undefined : this.blocks.get(cut.produced);
    return block !== undefined && at(this.spec.mapsOn, block) !== at(other.mapsOn, block);
  }

  private blockOf(softmax: string): number {
    const block = this.blocks.get(softmax);
    if (block === undefined) throw new Error(`the cut ${softmax} is no attention map`);
    return block;
  }
}

/** A tensor of `live`. Throws when nothing made it. */
export function tensorIn(live: ReadonlyMap<string, EngineTensor>, name: string): EngineTensor {
  const tensor = live.get(name);
  if (tensor === undefined) throw new Error(`no segment has made the tensor ${name}`);
  return tensor;
}

export function floatsIn(live: ReadonlyMap<string, EngineTensor>, name: string): FloatTensor {
  const { data, dims } = tensorIn(live, name);
  if (!(data instanceof Float32Array)) throw new Error(`the tensor ${name} holds codes, floats were expected`);
  return { data, dims };
}

/** Copies of some tensors, which stay as they are whatever runs next. */
export function keepTensors(live: ReadonlyMap<string, EngineTensor>, names: Iterable<string>): Live {
  return new Map([...names].map((name) => {
    const { data, dims } = tensorIn(live, name);
    return [name, { data: data.slice(), dims }];
  }));
}

/** An array for a graph output of fixed shape. */
export function emptyTensor({ name, type, dims: declared }: ValueInfo): EngineTensor {
  const dims = declared.map((dim) => {
    if (typeof dim !== 'number') throw new Error(`the shape of the tensor ${name} is unknown`);
    return dim;
  });
  const length = elementCount(dims);
  switch (type) {
    case 'float32': return { data: new Float32Array(length), dims };
    case 'uint8': return { data: new Uint8Array(length), dims };
    case 'int8': return { data: new Int8Array(length), dims };
    default: throw new Error(`a tensor of type ${type} cannot leave a segment`);
  }
}

/** The same nodes (as objects, with the constants that their names stand for) between the same tensors. */
function equalSegments(a: Segment, b: Segment): boolean {
  const nodes = new Set(a.graph.nodes);
  return nodes.size === b.graph.nodes.length && b.graph.nodes.every((node) => nodes.has(node)) && equalNames(a.inputs, b.inputs) && equalNames(a.outputs, b.outputs)
    && equalNames(a.cuts.map(({ replacement }) => replacement), b.cuts.map(({ replacement }) => replacement));
}

function equalNames(a: readonly string[], b: readonly string[]): boolean {
  const known = new Set(a);
  return a.length === b.length && b.every((name) => known.has(name));
}
