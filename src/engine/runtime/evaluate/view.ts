/** One image through one network of a run: its maps, its residual stream, its answer. Same network, same batch as the run. */
import { at } from '../../../shared/at';
import { valuesOfCodes } from '../../../shared/attention-maps';
import { fail } from '../../../shared/failure';
import type { PassView, TaskResults, WorkerTask } from '../workers/protocol';
import type { LoadedCell } from './cell';
import type { LoadedBatch } from './load-pixels';
import type { AttentionSample } from './network';
import { imageOutcome } from './outcome';

/** Runs the network on the batch and keeps the image at `task.position`. Throws when that image cannot be read. */
export async function computeView(task: Extract<WorkerTask, { kind: 'view' }>, batch: LoadedBatch, { network, structure, levels, levelNames }: LoadedCell, poll: () => void): Promise<PassView> {
  const slot = batch.loaded.indexOf(task.position);
  if (slot < 0) throw fail('image-skipped', 'This image cannot be read any more', { file: at(task.batch.files, task.position), next: 'Choose another image, or put the file back' });
  const maps: Pick<AttentionSample, 'before' | 'codes'>[] = [];
  const residual: { name: string; values: Float32Array }[] = [];
  const { logits, digests } = await network.run(batch.pixels, {
    valid: batch.loaded.length,
    poll,
    onAttention: ({ image, block, before, codes }) => {
      if (image === slot) maps[block] = { before: before.slice(), codes: codes.slice() };
    },
    onTensor: (name, { data }) => {
      const size = data.length / network.batch;
      residual.push({ name, values: data.slice(slot * size, (slot + 1) * size) });
    },
  });
  // Nobody adds these counts to the run's.
  network.takeCounts();
  const { classes } = structure.output;
  const own = logits.slice(slot * classes, (slot + 1) * classes);
  return {
    maps: structure.blocks.map(({ index }) => at(maps, index)),
    residual,
    logits: own,
    outcome: imageOutcome(task.batch.start + task.position, at(task.batch.labels, task.position), own, at(digests, slot)),
    levels, levelNames,
  };
}

/** The large arrays of an answer, for handing them over to another thread without a copy: this thread has no more use for them. */
export function handedOver(result: TaskResults[keyof TaskResults]): ArrayBuffer[] {
  if (result === null || !('residual' in result)) return [];
  const arrays = [...result.maps.flatMap(({ before, codes }) => [before, codes]), ...result.residual.map(({ values }) => values)];
  return arrays.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
}

/** Values of a whole map, head by head: what its quantiser made of it, or `before` where it stays in FP32. */
export function decodeHeads({ before, codes }: Pick<AttentionSample, 'before' | 'codes'>, levels: readonly Float32Array[], tokens: number): Float32Array {
  const size = tokens ** 2;
  const values = before.slice();
  for (let map = 0; map * size < values.length; map++) {
    const own = at(levels, map % levels.length);
    if (own.length > 0) values.set(valuesOfCodes(codes.subarray(map * size, (map + 1) * size), own), map * size);
  }
  return values;
}
