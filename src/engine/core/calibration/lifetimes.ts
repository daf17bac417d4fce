/** How long each tensor between the segments of a calibration is needed, and how much memory one batch of them takes at most. Pure. */
import type { Cut, Segment } from '../graph/segments';
import type { ValueInfo } from '../graph/types';

export interface Lifetimes {
  /** The last segment that reads a tensor or its quantised form, by the tensor's own name: a quantised form is made when it is read. */
  readonly lastRead: ReadonlyMap<string, number>;
  /** Bytes of one batch's tensors when they are most. */
  readonly peakBytes: number;
}

interface Kept {
  readonly bytes: number;
  /** The segment that makes it; -1 for the graph's input. */
  readonly made: number;
  last: number;
}

/** @param input the graph's input, which is there before the first segment */
export function planLifetimes(segments: readonly Segment[], cuts: readonly Cut[], input: Pick<ValueInfo, 'name' | 'dims'>): Lifetimes {
  const quantised = new Map(cuts.map((cut) => [cut.replacement, cut.produced]));
  const kept = new Map<string, Kept>([[input.name, { bytes: bytesOf(input), made: -1, last: -1 }]]);
  for (const [index, segment] of segments.entries()) {
    for (const name of segment.inputs) {
      const found = kept.get(quantised.get(name) ?? name);
      if (found === undefined) throw new Error(`no segment before ${index} makes ${name}`);
      found.last = index;
    }
    for (const output of segment.graph.outputs) kept.set(output.name, { bytes: bytesOf(output), made: index, last: -1 });
  }
  const tensors = [...kept].filter(([, { last }]) => last >= 0);
  const sum = (wanted: (tensor: Kept) => boolean): number => tensors.reduce((total, [, tensor]) => total + (wanted(tensor) ? tensor.bytes : 0), 0);
  // Batches go through a segment one by one: some of them still hold what it reads, the others what it makes.
  const peaks = segments.map((_, index) => Math.max(sum(({ made, last }) => made < index && last >= index), sum(({ made, last }) => made <= index && last > index)));
  return { lastRead: new Map(tensors.map(([name, { last }]) => [name, last])), peakBytes: Math.max(0, ...peaks) };
}

function bytesOf({ name, dims }: Pick<ValueInfo, 'name' | 'dims'>): number {
  let bytes = 4;
  for (const dim of dims) {
    if (typeof dim !== 'number') throw new Error(`the shape of ${name} is not fixed`);
    bytes *= dim;
  }
  return bytes;
}
