/** Working space for one picture at a time in a WebAssembly memory: places are taken one behind the other and all given back at once. */
import { KernelMemory } from '../kernels/kernel-memory';

/** WebAssembly memory never shrinks: one that grew beyond this is given up. */
const keptBytes = 96 * 1024 * 1024;
const lineBytes = 64;

export class ScratchMemory {
  private current = new KernelMemory();
  private base = this.current.reserve(0, lineBytes);
  private reserved = this.base;
  private next = this.base;

  get memory(): KernelMemory {
    return this.current;
  }

  /** Gives back all places: their addresses mean nothing from here on. */
  clear(): void {
    if (this.current.size > keptBytes) {
      this.current = new KernelMemory();
      this.base = this.current.reserve(0, lineBytes);
      this.reserved = this.base;
    }
    this.next = this.base;
  }

  /** A place of `bytes` bytes with whatever was in it. May detach views (see KernelMemory). */
  take(bytes: number): number {
    const address = this.next;
    this.next = address + Math.ceil(bytes / lineBytes) * lineBytes;
    if (this.next > this.reserved) {
      this.current.reserve(this.next - this.reserved, 1);
      this.reserved = this.next;
    }
    return address;
  }

  /** A copy of `words` in a place of its own. */
  put(words: Int32Array | Float32Array): number {
    const address = this.take(words.byteLength);
    if (words instanceof Int32Array) this.current.i32(address, words.length).set(words);
    else this.current.f32(address, words.length).set(words);
    return address;
  }
}
