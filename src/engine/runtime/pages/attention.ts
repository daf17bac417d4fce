/** The attention page's questions about a whole block, and about the way through all blocks. */
import { at } from '../../../shared/at';
import type { AttentionHeads, AttentionRollout, RolloutQuery } from '../../../shared/attention';
import { fail } from '../../../shared/failure';
import { rollout, type RolloutBlock } from '../../core/metrics/rollout';
import type { AttentionBlock } from '../../core/graph/types';
import type { Views } from '../runs/views';

/** The maps of all heads of a block, FP32 and as used. */
export async function attentionHeads(views: Views, runId: string, image: number, block: number): Promise<AttentionHeads> {
  const { model, outcome } = await views.outcomeOf(runId, image);
  const geometry = blockOf(model.shared.structure.blocks, block);
  return { runId, image, block, heads: geometry.heads, ...tokenGeometry(geometry), fp32: outcome.fp32(block), after: outcome.after(block), damage: [...outcome.damage(block)] };
}

/** Where the information in a token comes from, up to a block, in the FP32 network and in the quantised one before and after its quantisers. */
export async function attentionRollout(views: Views, runId: string, image: number, block: number, query: RolloutQuery): Promise<AttentionRollout> {
  const { model, outcome } = await views.outcomeOf(runId, image);
  const blocks = model.shared.structure.blocks.slice(0, block + 1);
  const last = blockOf(blocks, block);
  const first = at(blocks, 0);
  const limit = query.kind === 'patch' ? last.grid[0] * last.grid[1] : last.prefixTokens;
  const index = query.kind === 'patch' ? query.patch : query.kind === 'prefix' ? query.index : 0;
  if (query.kind !== 'mean' && index >= limit) throw fail('not-found', `The block has no ${query.kind} ${index}`, { expected: `a number below ${limit}` });
  const shares = (map: (one: AttentionBlock) => ArrayLike<number>): { prefix: number[]; patches: Float32Array } => {
    const all = rollout(blocks.map((one): RolloutBlock => ({ heads: one.heads, ...tokenGeometry(one), map: map(one) })), query);
    return { prefix: [...all.subarray(0, first.prefixTokens)], patches: Float32Array.from(all.subarray(first.prefixTokens)) };
  };
  return {
    runId, image, block, grid: [...first.grid],
    fp32: shares(({ index: one }) => outcome.fp32(one)),
    before: shares(({ index: one }) => outcome.map(one).before),
    after: shares(({ index: one }) => outcome.after(one)),
  };
}

function tokenGeometry({ tokens, prefixTokens, grid, windows }: AttentionBlock): Omit<RolloutBlock, 'heads' | 'map'> {
  return { windows: windows?.count ?? 1, tokens, prefixTokens, grid: [...grid], window: windows === null ? null : { size: [...windows.size], shift: [...windows.shift] } };
}

function blockOf(blocks: readonly AttentionBlock[], index: number): AttentionBlock {
  const block = blocks[index];
  if (block === undefined) throw fail('not-found', `Block ${index} does not exist`, { expected: `a block below ${blocks.length}` });
  return block;
}
