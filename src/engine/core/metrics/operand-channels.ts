/** Which channel each element of an operand belongs to: what a reader would look for as the cause of an error. */
import type { OperandName } from '../../../shared/overrides';
import type { Site } from '../graph/types';

export interface OperandChannels {
  readonly kind: 'channel' | 'output' | 'head';
  readonly count: number;
  /** By element of one image. */
  readonly channelOf: Int32Array;
}

/**
 * `dims`: of the operand for one image, as it stands at the product. A Linear's input has its last axis, a convolution's the colours; q, k and v
 * count head * d + feature as the Linear that makes them does, an attention map its heads. Windows do not count. A weight is given as rows.
 */
export function operandChannels(site: Site, operand: OperandName, dims: readonly number[]): OperandChannels {
  if (operand === 'weight') return along('output', dims, [0]);
  const last = dims.length - 1;
  if (site.kind === 'linear') return along('channel', dims, [site.role === 'patch_embed' && dims.length === 4 ? 1 : last]);
  if (site.role === 'matmul2' && operand === 'A') return along('head', dims, [last - 2]);
  // k stands transposed: [.., heads, d, tokens].
  const feature = site.role === 'matmul1' && operand === 'B' ? last - 1 : last;
  return along('channel', dims, [last - 2, feature]);
}

/** Channels numbered over some axes, the last of them fastest. */
function along(kind: OperandChannels['kind'], dims: readonly number[], axes: readonly number[]): OperandChannels {
  const channelOf = new Int32Array(dims.reduce((product, dim) => product * dim, 1));
  const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((product, dim) => product * dim, 1));
  let count = 1;
  for (const axis of axes) {
    const [dim, stride] = [dims[axis], strides[axis]];
    for (let i = 0; i < channelOf.length; i++) channelOf[i] = channelOf[i] * dim + (Math.floor(i / stride) % dim);
    count *= dim;
  }
  return { kind, count, channelOf };
}
