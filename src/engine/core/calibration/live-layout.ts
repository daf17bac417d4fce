/** Where the tensors between the segments of a calibration lie in one block of memory per batch, and how long each is needed. Pure. */
import type { Cut, Segment } from '../graph/segments';
import { placeTensors } from '../graph/tensor-places';
import type { ValueInfo } from '../graph/types';

export interface LiveTensor {
  readonly dims: readonly number[];
  readonly elements: number;
  /** Byte offset in the block. */
  readonly offset: number;
  /** The last segment that reads it or its quantised form, which is made from it whenever it is read. */
  readonly last: number;
}

export interface LiveLayout {
  /** By name; what no segment reads (the network's result) is not among them. */
  readonly tensors: ReadonlyMap<string, LiveTensor>;
  /** Length of the block, for one batch. */
  readonly bytes: number;
}

interface Life {
  readonly name: string;
  readonly dims: readonly number[];
  readonly bytes: number;
  /** The segment that makes it; -1 for the graph's input. */
  readonly from: number;
  to: number;
}

/**
 * @param input the graph's input, which is there before the first segment
 * @throws Error when a segment reads what no earlier one makes, or a shape is not fixed
 */
export function planLiveTensors(segments: readonly Segment[], cuts: readonly Cut[], input: Pick<ValueInfo, 'name' | 'dims'>): LiveLayout {
  const quantised = new Map(cuts.map((cut) => [cut.replacement, cut.produced]));
  const lives = new Map([[input.name, startLife(input, -1)]]);
  for (const [index, segment] of segments.entries()) {
    for (const name of segment.inputs) {
      const found = lives.get(quantised.get(name) ?? name);
      if (found === undefined) throw new Error(`no segment before ${index} makes ${name}`);
      found.to = index;
    }
    for (const output of segment.graph.outputs) lives.set(output.name, startLife(output, index));
  }
  const read = [...lives.values()].filter(({ from, to }) => to > from);
  const { offsets, bytes } = placeTensors(read);
  const tensors = read.map(({ name, dims, bytes: size, to }): [string, LiveTensor] => [name, { dims, elements: size / 4, offset: offsets.get(name) ?? 0, last: to }]);
  return { tensors: new Map(tensors), bytes };
}

function startLife({ name, dims: declared }: Pick<ValueInfo, 'name' | 'dims'>, from: number): Life {
  const dims = declared.map((dim) => {
    if (typeof dim !== 'number') throw new Error(`the shape of ${name} is not fixed`);
    return dim;
  });
  return { name, dims, bytes: dims.reduce((product, dim) => product * dim, 4), from, to: from };
}
