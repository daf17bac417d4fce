/**
 * The tensors that are alive during a calibration, batch by batch. Those of the first batches stay in memory, the others go to a scratch
 * file, so that memory does not grow with the number of images. Who reads them need not know which is which.
 */
import { at } from '../../../shared/at';
import type { ChunkSource } from '../../core/kernels/chunk-source';
import type { FloatTensor } from '../ort/session';
import { ScratchFile, type ScratchPart, type ScratchPlace } from './scratch-file';

/** Elements read from the file at once, about: they fit the second cache. */
const PIECE = 1 << 16;

/** Where one batch's form of a tensor is. */
type Held = { readonly kind: 'memory'; readonly data: Float32Array } | { readonly kind: 'file'; readonly part: ScratchPart };

interface Live {
  readonly dims: readonly number[];
  readonly elements: number;
  readonly batches: (Held | null)[];
}

export interface LiveTensorOptions {
  /** Batches that stay in memory. */
  readonly residentBatches: number;
  /** Images in a batch, padding included. */
  readonly batch: number;
  readonly scratch: ScratchPlace;
  /** May throw to stop. */
  readonly poll: () => void;
}

export class LiveTensors {
  private readonly tensors = new Map<string, Live>();
  /** Images of each batch that count. */
  private readonly valid: number[] = [];
  private readonly scratch: ScratchFile;
  /** Memory for what a segment reads that is not in memory as it needs it, by the name it reads; used again for every batch. */
  private readonly buffers = new Map<string, Float32Array>();
  private readonly piece = new Float32Array(PIECE);

  constructor(private readonly options: LiveTensorOptions) {
    this.scratch = new ScratchFile(options.scratch);
  }

  get batches(): number {
    return this.valid.length;
  }

  /** Adds a batch, which so far has one tensor, the network's input. */
  add(name: string, tensor: FloatTensor, valid: number): void {
    this.valid.push(valid);
    this.put(this.valid.length - 1, name, tensor);
  }

  /** Says how much one batch will need at most, once all batches are there. Throws 'disk-full' when that is too much. */
  requireSpace(bytesPerBatch: number): void {
    const spilled = this.batches - this.options.residentBatches;
    if (spilled > 0) this.scratch.require(spilled * bytesPerBatch);
  }

  put(batch: number, name: string, { data, dims }: FloatTensor): void {
    const live = this.tensors.get(name) ?? { dims, elements: data.length, batches: [] };
    this.tensors.set(name, live);
    live.batches[batch] = batch < this.options.residentBatches ? { kind: 'memory', data } : { kind: 'file', part: this.scratch.write(data, this.options.poll) };
  }

  dims(name: string): readonly number[] {
    return this.live(name).dims;
  }

  /** The images of a tensor that count, of all batches, in pieces of whole rows of its last axis. */
  chunks(name: string): ChunkSource {
    const { elements } = this.live(name);
    const images = this.valid.reduce((sum, count) => sum + count, 0);
    return { elements: (elements / this.options.batch) * images, [Symbol.iterator]: () => this.pieces(name) };
  }

  /** One batch's form of a tensor: as it is held, not to be written to, or from the file in `buffer(reader)`, which is the caller's. */
  read(batch: number, name: string, reader: string): Float32Array {
    const held = this.held(batch, name);
    if (held.kind === 'memory') return held.data;
    const data = this.buffer(name, reader);
    this.scratch.read(held.part, 0, data);
    return data;
  }

  /** One batch's form of a tensor for `change` to write to: what is held when nobody needs it any more, else a copy in `buffer(reader)`. */
  change(batch: number, name: string, reader: string, last: boolean, change: (source: Float32Array, out: Float32Array) => void): Float32Array {
    const source = this.read(batch, name, reader);
    const out = last ? source : this.buffer(name, reader);
    change(source, out);
    return out;
  }

  /** Forgets the buffers: the next segment reads other tensors. */
  releaseBuffers(): void {
    this.buffers.clear();
  }

  /** Lets go of one batch's form of a tensor, and with the last one of all that belongs to it. */
  drop(batch: number, name: string): void {
    const held = this.held(batch, name);
    if (held.kind === 'file') this.scratch.free(held.part);
    this.live(name).batches[batch] = null;
    if (batch === this.batches - 1) this.tensors.delete(name);
  }

  /** Removes the scratch file. */
  close(): void {
    this.scratch.close();
  }

  private *pieces(name: string): Generator<Float32Array, void, undefined> {
    const { elements, dims, batches } = this.live(name);
    const row = at(dims, dims.length - 1);
    const step = Math.max(1, Math.floor(PIECE / row)) * row;
    const buffer = step <= PIECE ? this.piece : new Float32Array(step);
    for (const [batch, valid] of this.valid.entries()) {
      const length = (elements / this.options.batch) * valid;
      const held = at(batches, batch);
      if (held === null) throw new Error(`${name} of batch ${batch} is gone`);
      if (held.kind === 'memory') yield held.data.subarray(0, length);
      else {
        for (let from = 0; from < length; from += step) {
          const piece = buffer.subarray(0, Math.min(step, length - from));
          this.scratch.read(held.part, from * 4, piece);
          yield piece;
        }
      }
    }
  }

  private buffer(name: string, reader: string): Float32Array {
    const found = this.buffers.get(reader) ?? new Float32Array(this.live(name).elements);
    this.buffers.set(reader, found);
    return found;
  }

  private held(batch: number, name: string): Held {
    const held = this.live(name).batches[batch];
    if (held === undefined || held === null) throw new Error(`${name} of batch ${batch} is not there`);
    return held;
  }

  private live(name: string): Live {
    const live = this.tensors.get(name);
    if (live === undefined) throw new Error(`the tensor ${name} was not computed`);
    return live;
  }
}
