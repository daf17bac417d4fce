/**
 * The tensors that are alive during a calibration. Every batch has a block of the same layout: the first batches' blocks stay in memory, the
 * others' are in a scratch file and come into one block in memory that they share, so that memory does not grow with the number of images.
 */
import { at } from '../../../shared/at';
import type { LiveLayout, LiveTensor } from '../../core/calibration/live-layout';
import type { ChunkSource } from '../../core/kernels/chunk-source';
import type { FloatTensor } from '../ort/session';
import { ScratchFile, type ScratchPlace } from './scratch-file';

/** Elements read from the file at once for statistics, about: they fit the second cache. */
const PIECE = 1 << 16;

/**
 * Blocks are taken together in pieces of at least this many bytes, which the allocator (glibc's) maps each for itself and gives back to the system:
 * smaller ones would lie between all else that the thread takes, and stay the process's for good.
 */
const MAPPED = 33 << 20;

export interface LiveTensorOptions {
  /** Batches whose blocks stay in memory. */
  readonly residentBatches: number;
  /** Images in a batch, padding included. */
  readonly batch: number;
  readonly scratch: ScratchPlace;
  /** May throw to stop. */
  readonly poll: () => void;
}

/** One batch's tensors while they are in memory. */
export interface OpenBatch {
  /** A tensor in its place: what is written to it is there for the batch's next segment, once it is saved. */
  tensor(name: string): FloatTensor;
  /** Keeps tensors that were written. */
  save(names: readonly string[]): void;
}

export class LiveTensors {
  /** Images of each batch that count. */
  private readonly valid: number[] = [];
  private readonly scratch: ScratchFile;
  private readonly piece = new Float32Array(PIECE);

  /** From one block to the next. */
  private readonly stride: number;
  private readonly blocksInPiece: number;

  /** @param pieces memory of an earlier calibration, used again: the last block is the one that batches share */
  constructor(private readonly layout: LiveLayout, private readonly options: LiveTensorOptions, private readonly pieces: ArrayBuffer[]) {
    this.scratch = new ScratchFile(options.scratch);
    this.stride = Math.ceil(layout.bytes / 64) * 64;
    this.blocksInPiece = Math.ceil(MAPPED / this.stride);
  }

  get batches(): number {
    return this.valid.length;
  }

  /** Whether a batch stays in memory. */
  resident(batch: number): boolean {
    return batch < this.options.residentBatches;
  }

  /** Whether some batches do not. */
  get spilled(): boolean {
    return this.batches > this.options.residentBatches;
  }

  /** Adds a batch, which so far has one tensor, the network's input. */
  add(input: string, pixels: Float32Array, valid: number): void {
    this.valid.push(valid);
    const batch = this.view(this.batches - 1);
    batch.tensor(input).data.set(pixels);
    batch.save([input]);
  }

  /** Asks whether the disk has room for everything that will be written, once all batches are there. Throws 'disk-full'. */
  requireSpace(input: string): void {
    const spilled = this.batches - this.options.residentBatches;
    if (spilled > 0) this.scratch.require(spilled * (this.layout.bytes - this.live(input).elements * 4));
  }

  /** A batch with the tensors that are going to be read; good until the next one is opened. */
  open(batch: number, reading: readonly string[]): OpenBatch {
    const open = this.view(batch);
    if (!this.resident(batch)) for (const name of reading) this.scratch.read(open.tensor(name).data, this.position(batch, name));
    return open;
  }

  /** The images of a tensor that count, of all batches, in pieces of whole rows of its last axis. */
  chunks(name: string): ChunkSource {
    const { elements } = this.live(name);
    const images = this.valid.reduce((sum, count) => sum + count, 0);
    return { elements: (elements / this.options.batch) * images, [Symbol.iterator]: () => this.read(name) };
  }

  /** Removes the scratch file. */
  close(): void {
    this.scratch.close();
  }

  private *read(name: string): Generator<Float32Array, void, undefined> {
    const { elements, dims } = this.live(name);
    const row = at(dims, dims.length - 1);
    const step = Math.max(1, Math.floor(PIECE / row)) * row;
    const buffer = step <= PIECE ? this.piece : new Float32Array(step);
    for (const [batch, valid] of this.valid.entries()) {
      const length = (elements / this.options.batch) * valid;
      if (this.resident(batch)) {
        yield this.view(batch).tensor(name).data.subarray(0, length);
        continue;
      }
      for (let from = 0; from < length; from += step) {
        const piece = buffer.subarray(0, Math.min(step, length - from));
        this.scratch.read(piece, this.position(batch, name) + from * 4);
        yield piece;
      }
    }
  }

  private view(batch: number): OpenBatch {
    const { memory, start } = this.block(Math.min(batch, this.options.residentBatches));
    const tensor = (name: string): FloatTensor => {
      const { offset, elements, dims } = this.live(name);
      return { data: new Float32Array(memory, start + offset, elements), dims };
    };
    const save = (names: readonly string[]): void => {
      if (this.resident(batch)) return;
      for (const name of names) this.scratch.write(tensor(name).data, this.position(batch, name), this.options.poll);
    };
    return { tensor, save };
  }

  private block(index: number): { readonly memory: ArrayBuffer; readonly start: number } {
    const piece = Math.floor(index / this.blocksInPiece);
    while (this.pieces.length <= piece) this.pieces.push(new ArrayBuffer(this.blocksInPiece * this.stride));
    return { memory: at(this.pieces, piece), start: (index % this.blocksInPiece) * this.stride };
  }

  /** Byte offset in the file. */
  private position(batch: number, name: string): number {
    return (batch - this.options.residentBatches) * this.layout.bytes + this.live(name).offset;
  }

  private live(name: string): LiveTensor {
    const live = this.layout.tensors.get(name);
    if (live === undefined) throw new Error(`the tensor ${name} crosses no cut`);
    return live;
  }
}
