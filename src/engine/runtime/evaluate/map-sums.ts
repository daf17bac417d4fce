/** Attention maps of a network summed up where they arise: nothing of them is kept but sums by interval, and the largest values. */
import { at } from '../../../shared/at';
import type { ModelStructure } from '../../core/graph/types';
import { addIntervals, createPartition, emptySums, type IntervalSums } from '../../core/metrics/interval-sums';
import { TopTail } from '../../core/metrics/top-tail';
import type { Preprocess } from '../../../shared/settings';
import { discard } from '../ort/discard';
import type { BatchSpec } from '../workers/protocol';
import { loadBatch } from './load-pixels';
import type { Network } from './network';

export interface MapSumsTask {
  readonly kind: 'map-sums';
  readonly cell: string;
  readonly batches: readonly BatchSpec[];
  readonly preprocess: Preprocess;
  /** By block: bits of the floats that bound the intervals, ascending, each once. */
  readonly thresholds: readonly Int32Array[];
  /** By block: how many of the largest values to keep. */
  readonly tails: readonly number[];
}

export interface MapSums {
  readonly images: number;
  readonly skipped: number;
  /** By block: [heads, intervals]. */
  readonly blocks: readonly IntervalSums[];
  /** By block: the largest values, descending. */
  readonly tails: readonly Float32Array[];
}

/** The maps are those that arrive at the network's quantisers. `poll` may throw to stop. */
export async function sumMaps(task: MapSumsTask, { network, structure }: { readonly network: Network; readonly structure: ModelStructure }, poll: () => void): Promise<MapSums> {
  const partitions = task.thresholds.map((list) => createPartition([list]));
  const blocks = structure.blocks.map((block) => emptySums(at(partitions, block.index), block.heads));
  const tails = task.tails.map((size) => (size === 0 ? null : new TopTail(size)));
  let images = 0;
  let skipped = 0;
  for (const spec of task.batches) {
    const batch = loadBatch(spec.files, network.batch, structure.input.height, task.preprocess, poll);
    images += batch.loaded.length;
    skipped += batch.skipped.length;
    if (batch.loaded.length > 0) {
      await network.run(batch.pixels, {
        valid: batch.loaded.length,
        poll,
        onAttention: ({ block, before }) => {
          const { tokens, heads } = at(structure.blocks, block);
          addIntervals(at(partitions, block), before, tokens * tokens, heads, at(blocks, block));
          at(tails, block)?.add(before);
        },
      });
    }
    if (batch.pixels.buffer instanceof ArrayBuffer) discard(batch.pixels.buffer);
  }
  // What the network counted on the way belongs to no run.
  network.takeCounts();
  return { images, skipped, blocks, tails: tails.map((tail) => tail?.values() ?? new Float32Array(0)) };
}
