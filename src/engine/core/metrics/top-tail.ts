/** The largest values of a stream: order statistics near the top of a tensor that is never there as a whole. */

export class TopTail {
  private buffer: Float32Array;
  private held = 0;
  /** Nothing at or below can belong to the tail any more. */
  private floor = -Infinity;

  /** @param size how many values are kept; memory is twice that. */
  constructor(readonly size: number) {
    this.buffer = new Float32Array(Math.max(1024, 2 * size));
  }

  add(x: Float32Array): void {
    for (let from = 0; from < x.length; ) from = this.addUntilFull(x, from);
  }

  /** The kept values, descending. */
  values(): Float32Array {
    this.prune();
    return this.buffer.slice(0, this.held).reverse();
  }

  private addUntilFull(x: Float32Array, from: number): number {
    const { buffer, floor } = this;
    const capacity = buffer.length;
    let held = this.held;
    let i = from;
    for (; i < x.length && held < capacity; i++) {
      const value = x[i];
      if (value > floor) buffer[held++] = value;
    }
    this.held = held;
    if (held === capacity) this.prune();
    return i;
  }

  /** Leaves the `size` largest, ascending. */
  private prune(): void {
    const sorted = this.buffer.subarray(0, this.held).sort();
    if (this.held > this.size) {
      sorted.copyWithin(0, this.held - this.size);
      this.held = this.size;
    }
    if (this.held === this.size && this.size > 0) this.floor = this.buffer[0];
  }
}
