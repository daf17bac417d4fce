/** The kernel of one block's map, whole or head by head. */
import { at } from '../../../shared/at';
import type { AttentionBlock } from '../../core/graph/types';
import type { BlockQuantizer } from '../evaluate/block-quantizer';
import { compileHeads, type BlockKernel } from './head-kernels';
import type { KernelMemory } from './kernel-memory';
import type { MapKernels } from './map-kernels';

/** Reserves memory, which may detach views: compile first. */
export function compileBlock(memory: KernelMemory, compiler: MapKernels, { heads, output }: BlockQuantizer, { tokens }: AttentionBlock): BlockKernel {
  const first = at(heads, 0);
  if (first !== null && heads.every((head) => head === first)) return compiler.compile({ ...first, output });
  if (output !== 'values') throw new Error(`heads of their own cannot be written as ${output}`);
  return compileHeads(memory, compiler, heads, tokens ** 2);
}

/** Elements of one image's map. */
export function mapSize({ windows, heads, tokens }: AttentionBlock): number {
  return (windows?.count ?? 1) * heads * tokens * tokens;
}
