/**
 * One network, float or quantised, ready to run batches: a session per segment, and between segments the attention map goes through
 * its quantiser. Evaluation, views and parity all run through here, so that what is shown is what was measured.
 */
import { createHash } from 'node:crypto';
import { at } from '../../../shared/at';
import type { Segment } from '../../core/graph/segments';
import type { RewrittenGraph } from '../../core/graph/rewrite';
import type { AttentionBlock, Graph, ModelStructure } from '../../core/graph/types';
import { writeModel } from '../../core/onnx/write-model';
import type { EngineTensor, FloatTensor, Session } from '../ort/session';
import type { CodeArray } from '../../core/kernels/level-codes';
import { KernelMemory } from '../kernels/kernel-memory';
import { compileBlock, mapSize } from '../kernels/compile-block';
import type { BlockKernel } from '../kernels/head-kernels';
import { MapKernels } from '../kernels/map-kernels';
import type { BlockQuantizer } from './block-quantizer';
import { loadSegments } from './load-segments';
import { NetworkTensors } from './network-tensors';
import type { SharedPrefix } from './shared-prefix';

/** One image's map of one block, as the quantiser saw and left it. Arrays are reused: copy what is kept. */
export interface AttentionSample {
  readonly image: number;
  readonly block: number;
  /** [windows, heads, tokens, tokens], before the quantiser. */
  readonly before: Float32Array;
  /** The same as codes; zeros for heads that stay in FP32, empty when all do. */
  readonly codes: CodeArray;
}

export interface PassOptions {
  /** Images of the batch that count; the rest is padding. */
  readonly valid: number;
  /** Called between segments; may throw to stop. */
  readonly poll: () => void;
  readonly onAttention?: (sample: AttentionSample) => void;
  /** What networks of one batch have in common; the batch must be the same for all. */
  readonly prefix?: SharedPrefix;
  /** Called with the tensors kept by `keep`, for every valid image at once: [batch, ...]. The array is reused: copy what is kept. */
  readonly onTensor?: (name: string, tensor: FloatTensor) => void;
  /** By block, heads that stay as they are before their quantiser; only where maps are written as values. */
  readonly spared?: ReadonlyMap<number, ReadonlySet<number>>;
  /** Called before a block's map is quantised: `finish` runs the rest of the network with these heads spared and gives its logits, as often as it is called. */
  readonly fork?: (block: number, finish: (heads: ReadonlySet<number>) => Promise<Float32Array>) => Promise<void>;
}

export interface PassResult {
  /** [valid, classes] */
  readonly logits: Float32Array;
  /** Digest of all codes per valid image; 0 without a quantiser. */
  readonly digests: Uint32Array;
}

export interface NetworkSpec {
  readonly structure: ModelStructure;
  /** The float network. */
  readonly source: Graph;
  /** Loading takes its weights. */
  readonly rewritten: RewrittenGraph;
  readonly batch: number;
  readonly threads: number;
  /** By block; null leaves the map in FP32. */
  readonly quantizers: readonly (BlockQuantizer | null)[];
  /** Tensors handed to `onTensor`, for example the residual stream. */
  readonly keep: ReadonlySet<string>;
}

export class Network {
  /** Codes counted per block: [heads, levelCount], summed over valid images until `takeCounts`. Heads in FP32 count nothing. */
  private counts: (Float64Array | null)[];
  private readonly memory = new KernelMemory();
  /** By block. */
  private readonly kernels: readonly (BlockKernel | null)[];
  /** Where one image's codes go when they are looked at. */
  private readonly codes: number;
  private readonly tensors: NetworkTensors;
  private readonly blocks: ReadonlyMap<string, number>;

  /** `prefixKey`: equal for networks whose first segments are equal. */
  private constructor(private readonly spec: NetworkSpec, private readonly segments: readonly Segment[], private readonly sessions: readonly Session[], readonly prefixKey: string) {
    const { blocks, output } = spec.structure;
    this.blocks = new Map(blocks.map((block) => [block.softmax, block.index]));
    const compiler = new MapKernels(this.memory);
    this.kernels = spec.quantizers.map((quantizer, index) => (quantizer === null ? null : compileBlock(this.memory, compiler, quantizer, at(blocks, index))));
    const sizes = blocks.map((block) => mapSize(block) * (this.kernels[block.index]?.codeBytes ?? 0));
    this.codes = this.memory.reserve(Math.max(0, ...sizes));
    // Last: views of the memory end when it grows.
    this.tensors = new NetworkTensors(this.memory, segments, output.name);
    this.counts = this.emptyCounts();
  }

  /** Loads the sessions. `poll` is called between them and may throw; what was loaded is released then. */
  static async create(spec: NetworkSpec, poll: () => void = () => undefined): Promise<Network> {
    const { source: graph, rewritten: { graph: rewritten, cuts }, keep, threads } = spec;
    let prefixKey = '';
    const { segments, sessions } = await loadSegments({ graph, rewritten, cuts, keep, threads }, poll, (first) => { prefixKey = createHash('sha256').update(writeModel(first.graph)).digest('hex'); });
    return new Network(spec, segments, sessions, prefixKey);
  }

  get batch(): number {
    return this.spec.batch;
  }

  /** Runs one batch. pixels: [batch, channels, height, width], normalised. */
  async run(pixels: Float32Array, options: PassOptions): Promise<PassResult> {
    const { channels, height, width } = this.spec.structure.input;
    const digests = new Uint32Array(options.valid);
    const logits = await this.pass(0, { data: pixels, dims: [this.spec.batch, channels, height, width] }, options, digests);
    return { logits, digests };
  }

  /** The segments from `from` on; gives [valid, classes] logits. */
  private async pass(from: number, picture: EngineTensor, options: PassOptions, digests: Uint32Array): Promise<Float32Array> {
    const { input, output } = this.spec.structure;
    for (const [index, segment] of this.segments.entries()) {
      if (index < from) continue;
      options.poll();
      const outputs = new Map(segment.outputs.map((name) => [name, this.tensors.get(name)]));
      if (index > 0 || options.prefix?.fill(this.prefixKey, outputs) !== true) {
        const feeds = new Map(segment.inputs.map((name) => [name, name === input.name ? picture : this.tensors.get(name)]));
        await at(this.sessions, index).runInto(feeds, outputs);
        if (index === 0) options.prefix?.keep(this.prefixKey, outputs);
      }
      for (const name of segment.outputs) if (this.spec.keep.has(name)) options.onTensor?.(name, this.tensors.floats(name));
      const maps = [...new Set(segment.cuts.map((cut) => cut.produced))];
      for (const [place, produced] of maps.entries()) {
        await this.offerFork(index, maps.slice(place), picture, options);
        this.quantize(produced, options, digests);
      }
    }
    return this.tensors.floats(output.name).data.slice(0, options.valid * output.classes);
  }

  /** Before the first of `maps` (of segment `index`) is quantised. Afterwards everything is as it was. */
  private async offerFork(index: number, maps: readonly string[], picture: EngineTensor, { fork, valid, poll }: PassOptions): Promise<void> {
    const block = this.blocks.get(at(maps, 0));
    if (fork === undefined || block === undefined) return;
    let kept: Uint8Array | null = null;
    await fork(block, async (heads) => {
      kept ??= this.tensors.save();
      const rest: PassOptions = { valid, poll, spared: new Map([[block, heads]]) };
      for (const map of maps) this.quantize(map, rest, new Uint32Array(valid));
      const logits = await this.pass(index + 1, picture, rest, new Uint32Array(valid));
      this.tensors.restore(kept);
      return logits;
    });
  }

  /** The counts since the last call: per block [heads, levelCount], null without a quantiser. */
  takeCounts(): (Float64Array | null)[] {
    const taken = this.counts;
    this.counts = this.emptyCounts();
    return taken;
  }

  async release(): Promise<void> {
    for (const session of this.sessions) await session.release();
  }

  /** Quantises a map image by image. */
  private quantize(softmax: string, options: PassOptions, digests: Uint32Array): void {
    const index = this.blocks.get(softmax);
    if (index === undefined) throw new Error(`the cut ${softmax} is no attention map`);
    const block = at(this.spec.structure.blocks, index);
    const size = mapSize(block);
    const kernel = at(this.kernels, index);
    const writer = at(this.spec.quantizers, index);
    const forms = (writer?.forms ?? []).map(({ tensor }) => this.tensors.get(tensor).data);
    const spared = writer === null ? undefined : options.spared?.get(index);
    if (spared !== undefined && writer?.output !== 'values') throw new Error(`heads of block ${index} cannot be spared: its map is written as ${writer?.output}`);
    const shape = { batch: block.windows?.count ?? 1, heads: block.heads, rows: block.tokens, cols: block.tokens };
    const counts = at(this.counts, index);
    const whole = this.tensors.floats(softmax).data;
    for (let image = 0; image < this.spec.batch; image++) {
      const map = whole.subarray(image * size, (image + 1) * size);
      const valid = image < options.valid;
      if (kernel === null || counts === null) {
        if (valid) options.onAttention?.({ image, block: index, before: map, codes: new Uint8Array(0) });
        continue;
      }
      const before = options.onAttention === undefined || !valid ? null : map.slice();
      const original = spared === undefined ? null : map.slice();
      const [out, second] = forms.map((form) => form.byteOffset + image * size * form.BYTES_PER_ELEMENT);
      if (out === undefined) throw new Error(`nothing reads the quantised map of block ${index}`);
      // Padding is quantised like any image, and neither counted nor digested.
      const digest = kernel.run({
        x: map.byteOffset, out, shape,
        ...(second === undefined ? {} : { second }),
        ...(before === null ? {} : { codes: this.codes }),
        ...(valid ? { counts, digest: at(digests, image) } : {}),
      });
      const [values] = forms;
      if (spared !== undefined && original !== null && values instanceof Float32Array) putBack(original, values.subarray(image * size, (image + 1) * size), spared, block);
      if (valid) digests[image] = digest;
      if (before !== null) options.onAttention?.({ image, block: index, before, codes: this.codesOf(kernel, size) });
    }
  }

  private codesOf({ codeBytes }: BlockKernel, size: number): CodeArray {
    const bytes = this.memory.u8(this.codes, size * codeBytes);
    return codeBytes === 1 ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, size);
  }

  private emptyCounts(): (Float64Array | null)[] {
    return this.spec.structure.blocks.map((block, index) => {
      const kernel = at(this.kernels, index);
      return kernel === null ? null : new Float64Array(block.heads * kernel.levelCount);
    });
  }
}

/** Heads of one image's map as they were before the quantiser wrote its values. */
function putBack(original: Float32Array, values: Float32Array, spared: ReadonlySet<number>, { heads, tokens }: AttentionBlock): void {
  const size = tokens ** 2;
  for (let map = 0; map * size < original.length; map++) if (spared.has(map % heads)) values.set(original.subarray(map * size, (map + 1) * size), map * size);
}
