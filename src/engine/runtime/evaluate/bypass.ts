/**
 * What a quantised network answers when some of its attention maps stay as they are before their quantiser: which head moved a prediction is
 * found by leaving it alone, everything else as in the run. Everything before a block runs once for all heads of it.
 */
import { at } from '../../../shared/at';
import { fail } from '../../../shared/failure';
import type { BypassOutcome } from '../../../shared/images';
import type { ModelStructure } from '../../core/graph/types';
import { topK } from '../../core/metrics/top-k';
import type { WorkerTask } from '../workers/protocol';
import type { LoadedBatch } from './load-pixels';
import type { Network } from './network';

type BypassTask = Extract<WorkerTask, { kind: 'bypass' }>;

export interface BypassResult {
  /** By image of the task: everything quantised, every map of every block left alone (null unless asked for), and each branch. */
  readonly images: readonly { readonly base: BypassOutcome; readonly everyMap: BypassOutcome | null; readonly branches: readonly BypassOutcome[] }[];
}

export interface BypassInputs {
  readonly network: Network;
  readonly structure: ModelStructure;
  readonly poll: () => void;
  /** Branches done of all. */
  readonly onStep: (done: number, total: number) => void;
}

/** Throws when an image of the task cannot be read any more. */
export async function computeBypass(task: BypassTask, batch: LoadedBatch, { network, structure, poll, onStep }: BypassInputs): Promise<BypassResult> {
  const { classes } = structure.output;
  const valid = batch.loaded.length;
  const slots = task.images.map(({ position }) => {
    const slot = batch.loaded.indexOf(position);
    if (slot < 0) throw fail('image-skipped', 'This image cannot be read any more', { file: at(task.batch.files, position), next: 'Choose another image, or put the file back' });
    return slot;
  });
  const outcomes = (logits: Float32Array): BypassOutcome[] => slots.map((slot, image) => bypassOutcome(logits.subarray(slot * classes, (slot + 1) * classes), at(task.images, image).answer));
  const total = task.branches.length;
  const branches = new Map<number, BypassOutcome[]>();
  const { logits } = await network.run(batch.pixels, {
    valid, poll,
    fork: async (block, finish) => {
      for (const [index, branch] of task.branches.entries()) {
        if (branch.block !== block) continue;
        branches.set(index, outcomes(await finish(new Set(branch.heads))));
        onStep(branches.size, total);
      }
    },
  });
  const base = outcomes(logits);
  const spared = new Map(structure.blocks.map((block) => [block.index, new Set(Array.from({ length: block.heads }, (_, head) => head))]));
  const everyMap = task.everyMap ? outcomes((await network.run(batch.pixels, { valid, poll, spared })).logits) : null;
  // What was counted here belongs to no run.
  network.takeCounts();
  return {
    images: slots.map((_, image) => ({
      base: at(base, image),
      everyMap: everyMap === null ? null : at(everyMap, image),
      branches: task.branches.map(({ block }, index) => {
        const found = branches.get(index);
        if (found === undefined) throw new Error(`there is no block ${block}`);
        return at(found, image);
      }),
    })),
  };
}

/** logits: [classes] of one image; `answer`: the class whose margin is wanted. */
export function bypassOutcome(logits: Float32Array, answer: number): BypassOutcome {
  const top5 = topK(logits, Math.min(5, logits.length));
  const [best = 0, second] = top5;
  const margin = second === undefined ? 0 : at(logits, best) - at(logits, second);
  const rival = best === answer ? second : best;
  return { top5: [...top5], margin, answerMargin: rival === undefined ? 0 : at(logits, answer) - at(logits, rival) };
}
