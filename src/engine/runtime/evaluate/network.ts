/**
 * One network, float or quantised, ready to run batches: a session per segment, and between segments the attention map goes through
 * its quantiser. Evaluation, views and parity all run through here, so that what is shown is what was measured.
 */
import { at } from '../../../shared/at';
import type { AttentionQuantizer } from '../../core/quantizers/attention-quantizer';
import { segmentGraph, type Segment } from '../../core/graph/segments';
import type { RewrittenGraph } from '../../core/graph/rewrite';
import type { ModelStructure } from '../../core/graph/types';
import { createSession, type FloatTensor, type Session } from '../ort/session';
import type { CodeArray } from '../../core/kernels/level-codes';
import { digestCodes } from '../../core/kernels/digest-codes';

/** One image's map of one block, as the quantiser saw and left it. Arrays are reused: copy what is kept. */
export interface AttentionSample {
  readonly image: number;
  readonly block: number;
  /** [windows, heads, tokens, tokens], before the quantiser. */
  readonly before: Float32Array;
  /** The same as codes; empty for scheme none. */
  readonly codes: CodeArray;
}

export interface PassOptions {
  /** Images of the batch that count; the rest is padding. */
  readonly valid: number;
  /** Called between segments; may throw to stop. */
  readonly poll: () => void;
  readonly onAttention?: (sample: AttentionSample) => void;
  /** Called with the tensors kept by `keep`, for every valid image at once: [batch, ...]. */
  readonly onTensor?: (name: string, tensor: FloatTensor) => void;
}

export interface PassResult {
  /** [valid, classes] */
  readonly logits: Float32Array;
  /** Digest of all codes per valid image; 0 without a quantiser. */
  readonly digests: Uint32Array;
}

export interface NetworkSpec {
  readonly structure: ModelStructure;
  readonly rewritten: RewrittenGraph;
  readonly batch: number;
  readonly threads: number;
  /** By block; null leaves the map in FP32. */
  readonly quantizers: readonly (AttentionQuantizer | null)[];
  /** Tensors handed to `onTensor`, for example the residual stream. */
  readonly keep: ReadonlySet<string>;
}

export class Network {
  /** Codes counted per block: [heads, levelCount], summed over valid images until `takeCounts`. */
  private counts: (Float64Array | null)[];
  /** Scratch for one image's codes. */
  private readonly codes: CodeArray;

  private constructor(private readonly spec: NetworkSpec, private readonly segments: readonly Segment[], private readonly sessions: readonly Session[]) {
    this.counts = this.emptyCounts();
    const largest = Math.max(0, ...spec.structure.blocks.map((block) => (block.windows?.count ?? 1) * block.heads * block.tokens * block.tokens));
    // Whole 32-bit words, so that the digest can read them as such.
    const wide = spec.quantizers.some((quantizer) => quantizer !== null && quantizer.levelCount > 256);
    this.codes = wide ? new Uint16Array(Math.ceil(largest / 4) * 4) : new Uint8Array(Math.ceil(largest / 4) * 4);
  }

  /** Loads the sessions. `poll` is called between them and may throw; what was loaded is released then. */
  static async create(spec: NetworkSpec, poll: () => void = () => undefined): Promise<Network> {
    const segments = segmentGraph(spec.rewritten.graph, spec.rewritten.cuts, spec.keep);
    const sessions: Session[] = [];
    try {
      for (const segment of segments) {
        poll();
        sessions.push(await createSession(segment.graph, spec.threads));
      }
    } catch (error) {
      for (const session of sessions) await session.release();
      throw error;
    }
    return new Network(spec, segments, sessions);
  }

  get batch(): number {
    return this.spec.batch;
  }

  /** Runs one batch. pixels: [batch, channels, height, width], normalised. */
  async run(pixels: Float32Array, options: PassOptions): Promise<PassResult> {
    const { structure, batch } = this.spec;
    const { input, output } = structure;
    const live = new Map<string, FloatTensor>([[input.name, { data: pixels, dims: [batch, input.channels, input.height, input.width] }]]);
    const digests = new Uint32Array(options.valid);
    const blocks = new Map(structure.blocks.map((block) => [block.softmax, block.index]));
    for (const [index, segment] of this.segments.entries()) {
      options.poll();
      const feeds = new Map(segment.inputs.map((name) => [name, tensorOf(live, name)]));
      for (const [name, tensor] of await at(this.sessions, index).run(feeds)) {
        live.set(name, tensor);
        if (this.spec.keep.has(name)) options.onTensor?.(name, tensor);
      }
      for (const cut of segment.cuts) {
        const tensor = tensorOf(live, cut.produced);
        const block = blocks.get(cut.produced);
        if (block === undefined) throw new Error(`the cut ${cut.produced} is no attention map`);
        live.set(cut.replacement, this.quantize(block, tensor, options, digests));
        live.delete(cut.produced);
      }
      this.forget(live, index);
    }
    const logits = tensorOf(live, output.name).data;
    return { logits: logits.slice(0, options.valid * output.classes), digests };
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

  /** Quantises image by image, in place where that is allowed: the map is ours once it has left its segment. */
  private quantize(index: number, tensor: FloatTensor, options: PassOptions, digests: Uint32Array): FloatTensor {
    const block = at(this.spec.structure.blocks, index);
    const quantizer = at(this.spec.quantizers, index);
    const windows = block.windows?.count ?? 1;
    const size = windows * block.heads * block.tokens * block.tokens;
    const shape = { batch: windows, heads: block.heads, rows: block.tokens, cols: block.tokens };
    const counts = at(this.counts, index);
    for (let image = 0; image < this.spec.batch; image++) {
      const map = tensor.data.subarray(image * size, (image + 1) * size);
      const valid = image < options.valid;
      if (quantizer === null || counts === null) {
        if (valid) options.onAttention?.({ image, block: index, before: map, codes: this.codes.subarray(0, 0) });
        continue;
      }
      if (!valid) {
        quantizer.quantize(map, map, null);
        continue;
      }
      const codes = this.codes.subarray(0, size);
      const before = options.onAttention === undefined ? map : map.slice();
      quantizer.quantizeHeads(map, map, codes, shape, counts);
      digests[image] = digestCodes(this.codes, size, at(digests, image));
      options.onAttention?.({ image, block: index, before, codes });
    }
    return tensor;
  }

  /** Drops tensors that no later segment reads, so that memory stays at one segment's needs. */
  private forget(live: Map<string, FloatTensor>, done: number): void {
    const needed = new Set<string>([this.spec.structure.output.name]);
    for (const segment of this.segments.slice(done + 1)) for (const name of segment.inputs) needed.add(name);
    for (const name of live.keys()) if (!needed.has(name)) live.delete(name);
  }

  private emptyCounts(): (Float64Array | null)[] {
    return this.spec.structure.blocks.map((block, index) => {
      const quantizer = at(this.spec.quantizers, index);
      return quantizer === null ? null : new Float64Array(block.heads * quantizer.levelCount);
    });
  }
}

function tensorOf(live: ReadonlyMap<string, FloatTensor>, name: string): FloatTensor {
  const tensor = live.get(name);
  if (tensor === undefined) throw new Error(`the tensor ${name} was not computed`);
  return tensor;
}
