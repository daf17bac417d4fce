import { countElements, createTick, type Poll } from '../kernels/slabs';
import { transposeChannels } from '../kernels/transpose-channels';
import { planUniformSearch, searchUniformGrid, type UniformGrid } from '../kernels/uniform-search';
import { UnusableTensorError } from '../kernels/unusable-tensor-error';
import { levelCountOf, type UniformParameters } from '../kernels/uniform-parameters';

/** Channels gathered at once: one cache line of a row. */
const BLOCK = 16;

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
export function calibrateUniform(chunks: readonly Float32Array[], bits: number, poll?: Poll): UniformParameters {
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
  chunks: readonly Float32Array[],
  channels: number,
  bits: number,
  poll?: Poll,
): CalibratedChannels {
  const rows = countElements(chunks) / channels;
  if (chunks.some((chunk) => chunk.length % channels !== 0)) {
    throw new Error(`a chunk is not made of whole rows of ${channels} channels`);
  }
  const tick = createTick(poll);
  const levelCount = levelCountOf(bits);
  const found = emptyChannels(channels);
  const plan = planUniformSearch(rows);
  // An odd number of cache lines between channels, or sixteen parallel streams fall on the same few cache sets.
  const stride = (Math.ceil(rows / BLOCK) | 1) * BLOCK;
  const scratch = new Float32Array(stride * Math.min(BLOCK, channels));
  for (let first = 0; first < channels; first += BLOCK) {
    const width = Math.min(BLOCK, channels - first);
    transposeChannels(chunks, channels, first, width, scratch, stride, tick);
    for (let c = 0; c < width; c++) {
      const channel = scratch.subarray(c * stride, c * stride + rows);
      try {
        set(found, first + c, searchUniformGrid([channel], plan, levelCount, tick));
      } catch (error) {
        if (!(error instanceof UnusableTensorError)) throw error;
        const index = error.index < 0 ? -1 : error.index * channels + first + c;
        throw new UnusableTensorError(error.problem, `${error.failure.what} (in channel ${first + c})`, index);
      }
    }
  }
  return found;
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
