import { channelErrors } from '../kernels/channel-errors';
import { selectChannelTails, type ChannelTails } from '../kernels/channel-tails';
import { countElements, type Chunks } from '../kernels/chunk-source';
import { interpolate, type QuantilePlan } from '../kernels/quantiles';
import { createTick, type Poll } from '../kernels/slabs';
import {
  bestGrid,
  candidateGrids,
  planUniformSearch,
  searchUniformGrid,
  type Candidates,
  type UniformGrid,
} from '../kernels/uniform-search';
import { UnusableTensorError } from '../kernels/unusable-tensor-error';
import { levelCountOf, type UniformParameters } from '../kernels/uniform-parameters';

/** Parameters of each channel, and which channels are one constant (scale reparameterisation leaves those alone). */
export interface CalibratedChannels {
  readonly delta: Float32Array;
  readonly zeroPoint: Float32Array;
  /** [channels] 1 where the channel is constant. */
  readonly degenerate: Uint8Array;
}

/**
 * Calibrates one uniform grid for a whole tensor.
 *
 * @param chunks float32 pieces that together are the tensor; never concatenated or sorted
 * @param bits 2..8
 * @param poll called at least every 2 million elements, may throw to stop
 * @throws UnusableTensorError when the tensor is empty or holds NaN or infinity
 */
export function calibrateUniform(chunks: Chunks, bits: number, poll?: Poll): UniformParameters {
  const { delta, zeroPoint } = searchUniformGrid(
    chunks,
    planUniformSearch(countElements(chunks)),
    levelCountOf(bits),
    createTick(poll),
  );
  return { delta, zeroPoint };
}

/**
 * Calibrates one grid for each channel of activations, channels being the last axis.
 *
 * @param chunks pieces [.., channels], row-major, each of whole rows
 * @throws UnusableTensorError, its index counted over the chunks
 */
export function calibrateUniformChannels(
  chunks: Chunks,
  channels: number,
  bits: number,
  poll?: Poll,
): CalibratedChannels {
  const tick = createTick(poll);
  const levelCount = levelCountOf(bits);
  const found = emptyChannels(channels);
  const rows = countElements(chunks) / channels;
  if (!Number.isInteger(rows)) throw new Error(`a tensor that is not made of whole rows of ${channels} channels`);
  const plan = planUniformSearch(rows);
  const tails = selectChannelTails(chunks, channels, plan.topCount, plan.bottomCount, tick);
  const candidates = Array.from({ length: channels }, (_, c) =>
    channelCandidates(channelQuantiles(tails, c, plan), levelCount, c),
  );
  const sums = channelErrors(chunks, candidates.map((each) => ('degenerate' in each ? null : each.bounds)), tick);
  candidates.forEach((each, c) => set(found, c, 'degenerate' in each ? each : bestGrid(each, sums[c])));
  return found;
}

function channelCandidates(values: readonly number[], levelCount: number, channel: number): Candidates | UniformGrid {
  try {
    return candidateGrids(values, levelCount);
  } catch (error) {
    if (!(error instanceof UnusableTensorError)) throw error;
    throw new UnusableTensorError(error.problem, `${error.failure.what} (in channel ${channel})`);
  }
}

/** Quantiles of one channel from its tails, which hold all the plan's ranks. */
function channelQuantiles({ top, bottom }: ChannelTails, c: number, { ranks, topCount, bottomCount, count }: QuantilePlan): number[] {
  const valueAt = (rank: number): number => rank < count / 2 ? bottom[c * bottomCount + rank] : top[c * topCount + count - 1 - rank];
  return ranks.map(({ below, above, weight }) => interpolate(valueAt(below), valueAt(above), weight));
}

/**
 * Calibrates one grid for each row of a weight (output channel, axis 0).
 *
 * @param weight [rows, columns], row-major; a convolution's kernel counts as columns
 * @throws UnusableTensorError, its index counted over the weight
 */
export function calibrateUniformRows(
  weight: Float32Array,
  rows: number,
  bits: number,
  poll?: Poll,
): CalibratedChannels {
  const columns = weight.length / rows;
  if (!Number.isInteger(columns)) throw new Error(`a weight of ${weight.length} elements has no ${rows} rows`);
  const tick = createTick(poll);
  const levelCount = levelCountOf(bits);
  const found = emptyChannels(rows);
  const plan = planUniformSearch(columns);
  for (let row = 0; row < rows; row++) {
    try {
      const values = weight.subarray(row * columns, (row + 1) * columns);
      set(found, row, searchUniformGrid([values], plan, levelCount, tick));
    } catch (error) {
      if (!(error instanceof UnusableTensorError)) throw error;
      const index = error.index < 0 ? -1 : row * columns + error.index;
      throw new UnusableTensorError(error.problem, `${error.failure.what} (in output channel ${row})`, index);
    }
  }
  return found;
}

function emptyChannels(count: number): CalibratedChannels {
  return { delta: new Float32Array(count), zeroPoint: new Float32Array(count), degenerate: new Uint8Array(count) };
}

function set(into: CalibratedChannels, channel: number, { delta, zeroPoint, degenerate }: UniformGrid): void {
  into.delta[channel] = delta;
  into.zeroPoint[channel] = zeroPoint;
  into.degenerate[channel] = degenerate ? 1 : 0;
}
