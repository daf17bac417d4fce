/** What quantisation did to every head on the images of one batch, without keeping the maps: for means over a sample. */
import { at } from '../../../shared/at';
import type { HeadDamage } from '../../../shared/attention';
import { attentionDamage } from '../../core/metrics/attention-damage';
import type { LoadedCell } from './cell';
import type { LoadedBatch } from './load-pixels';
import type { Network } from './network';
import { decodeHeads } from './view';

/** By image that could be read, by block, by head. */
export async function computeHeadDamage(batch: LoadedBatch, float: Network, { network: quantized, structure, levels }: LoadedCell, poll: () => void): Promise<HeadDamage[][][]> {
  const valid = batch.loaded.length;
  if (valid === 0) return [];
  const maps = new Map<string, Float32Array>();
  await float.run(batch.pixels, { valid, poll, onAttention: ({ image, block, before }) => maps.set(`${image}/${block}`, before.slice()) });
  const damage: HeadDamage[][][] = Array.from({ length: valid }, () => []);
  await quantized.run(batch.pixels, {
    valid, poll,
    onAttention: (sample) => {
      const { heads, tokens, windows } = at(structure.blocks, sample.block);
      const expected = maps.get(`${sample.image}/${sample.block}`);
      if (expected === undefined) throw new Error(`the attention map of block ${sample.block} was not computed`);
      maps.delete(`${sample.image}/${sample.block}`);
      at(damage, sample.image)[sample.block] = attentionDamage(expected, decodeHeads(sample, at(levels, sample.block), tokens), { windows: windows?.count ?? 1, heads, tokens });
    },
  });
  quantized.takeCounts();
  return damage;
}
