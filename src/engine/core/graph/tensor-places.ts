/** Where the tensors that cross between segments lie in one block of memory: two may share a place when they are never needed at once. */

export interface TensorLife {
  readonly name: string;
  readonly bytes: number;
  /** First and last step (segment) at which it must exist, both included. */
  readonly from: number;
  readonly to: number;
}

export interface TensorPlaces {
  /** Byte offset of each tensor, a multiple of the alignment. */
  readonly offsets: ReadonlyMap<string, number>;
  readonly bytes: number;
}

/** Places the largest first, each at the lowest offset that is free during its life. `align`: a power of two, in bytes. */
export function placeTensors(lives: readonly TensorLife[], align = 64): TensorPlaces {
  const placed: (TensorLife & { readonly offset: number; readonly end: number })[] = [];
  let bytes = 0;
  for (const life of [...lives].sort((a, b) => b.bytes - a.bytes || a.from - b.from)) {
    const size = Math.ceil(life.bytes / align) * align;
    let offset = 0;
    for (const other of placed.filter(({ from, to }) => from <= life.to && to >= life.from).sort((a, b) => a.offset - b.offset)) {
      if (other.offset >= offset + size) break;
      offset = Math.max(offset, other.end);
    }
    placed.push({ ...life, offset, end: offset + size });
    bytes = Math.max(bytes, offset + size);
  }
  return { offsets: new Map(placed.map(({ name, offset }) => [name, offset])), bytes };
}
