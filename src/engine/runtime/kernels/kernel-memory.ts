/** The memory that the WebAssembly kernels work in, and the kernels themselves: one instance of the module per memory. */
import base64 from 'virtual:kernels';
import { checkedExports, type KernelExports } from './kernel-exports';

const PAGE = 65536;
/** Addresses are 32 bits wide. */
const MOST_PAGES = 65536;

/** Compiled once in each thread; instances share it. */
let compiled: WebAssembly.Module | undefined;

/**
 * One ordinary (not shared) WebAssembly memory with the kernels over it and an arena that only grows: `reserve` hands out places,
 * and the whole is given back when the object is no longer referenced.
 *
 * **Growing detaches**: a view made before a `reserve` that had to grow is empty afterwards, and so is a tensor made of it. Reserve
 * everything first and make views then, or make a view for each use (it costs a tenth of a microsecond). Addresses stay true.
 */
export class KernelMemory {
  readonly kernels: KernelExports;
  private readonly memory = new WebAssembly.Memory({ initial: 1 });
  private next: number;

  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(base64, 'base64'));
    this.kernels = checkedExports(new WebAssembly.Instance(compiled, { env: { memory: this.memory } }).exports);
    this.next = this.kernels.heapBase();
  }

  /**
   * A place of `bytes` bytes, zeroed, that stays reserved.
   * @param align power of two; 64 is a cache line, and what ONNX Runtime likes for tensors
   * @returns its address
   * @throws {Error} when more than 4 GiB are asked for; RangeError when the machine has no more
   */
  reserve(bytes: number, align = 64): number {
    const address = Math.ceil(this.next / align) * align;
    const pages = Math.ceil((address + bytes) / PAGE);
    if (pages > MOST_PAGES) throw new Error(`a kernel memory holds 4 GiB, ${address + bytes} bytes are needed`);
    const missing = pages - this.memory.buffer.byteLength / PAGE;
    if (missing > 0) this.memory.grow(missing);
    this.next = address + bytes;
    return address;
  }

  /** Bytes taken from the machine so far. */
  get size(): number {
    return this.memory.buffer.byteLength;
  }

  /** Where `view` lies, or null when it lies in another memory (or in this one before it grew). */
  addressOf(view: ArrayBufferView): number | null {
    return view.buffer === this.memory.buffer ? view.byteOffset : null;
  }

  f32(address: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.memory.buffer, address, length);
  }

  f64(address: number, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.memory.buffer, address, length);
  }

  i32(address: number, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.memory.buffer, address, length);
  }

  u32(address: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.memory.buffer, address, length);
  }

  u8(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.memory.buffer, address, length);
  }
}
