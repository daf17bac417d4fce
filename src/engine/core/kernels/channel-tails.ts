import type { Chunks } from './chunk-source';
import { forEachRowSlab, type Tick } from './slabs';
import { UnusableTensorError } from './unusable-tensor-error';

/** The extreme values of each channel, as long for each: a channel's own lie one after another, from the outside in. */
export interface ChannelTails {
  /** [channels, topCount], the largest values, descending. */
  readonly top: Float32Array;
  /** [channels, bottomCount], the smallest values, ascending. */
  readonly bottom: Float32Array;
}

/**
 * The `topCount` largest and `bottomCount` smallest values of every channel, channels being the last axis, in one pass.
 * Memory is that of the tails: 0.2 % of the tensor for the quantiles of the range search.
 *
 * @throws UnusableTensorError when an element is not finite
 */
export function selectChannelTails(
  chunks: Chunks,
  channels: number,
  topCount: number,
  bottomCount: number,
  tick: Tick,
): ChannelTails {
  const scan: Scan = {
    top: new Float32Array(channels * topCount).fill(-Infinity),
    bottom: new Float32Array(channels * bottomCount).fill(Infinity),
    least: new Float32Array(channels).fill(-Infinity),
    greatest: new Float32Array(channels).fill(Infinity),
    topCount,
    bottomCount,
  };
  forEachRowSlab(chunks, channels, tick, (chunk, from, to) => {
    if (!scanRows(chunk, from, to, scan)) throw notFiniteChannel(chunks, channels);
  });
  return scan;
}

interface Scan extends ChannelTails {
  readonly topCount: number;
  readonly bottomCount: number;
  /** The last value of each tail: what a newcomer has to beat. */
  readonly least: Float32Array;
  readonly greatest: Float32Array;
}

/** False when an element is not finite. */
function scanRows(x: Float32Array, from: number, to: number, scan: Scan): boolean {
  const { least, greatest } = scan;
  const channels = least.length;
  for (let start = from; start < to; start += channels) {
    for (let c = 0; c < channels; c++) {
      const value = x[start + c];
      if (value < least[c] && value > greatest[c]) continue;
      if (!(value - value === 0)) return false;
      admit(scan, c, value);
    }
  }
  return true;
}

function admit({ top, bottom, least, greatest, topCount, bottomCount }: Scan, c: number, value: number): void {
  if (value > least[c]) {
    insertDescending(top, c * topCount, topCount, value);
    least[c] = top[(c + 1) * topCount - 1];
  }
  if (value < greatest[c]) {
    insertAscending(bottom, c * bottomCount, bottomCount, value);
    greatest[c] = bottom[(c + 1) * bottomCount - 1];
  }
}

/** Names the first element that is not finite in the first channel that has one. */
function notFiniteChannel(chunks: Chunks, channels: number): UnusableTensorError {
  let found = { channel: channels, row: -1, value: 0 };
  let before = 0;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      if (Number.isFinite(chunk[i]) || i % channels >= found.channel) continue;
      found = { channel: i % channels, row: before + Math.floor(i / channels), value: chunk[i] };
    }
    before += chunk.length / channels;
  }
  const { channel, row, value } = found;
  return new UnusableTensorError(
    'not-finite',
    `Cannot quantise: element ${row} is ${value} (in channel ${channel})`,
    row * channels + channel,
  );
}

/** Longer tails find a newcomer's place by halving and move what lies behind it at once. */
const SHIFT_LIMIT = 64;

/** Puts a value greater than the last one of tails[start .. start + length), descending, in its place; the last one falls out. */
function insertDescending(tails: Float32Array, start: number, length: number, value: number): void {
  let place = start + length - 1;
  if (length <= SHIFT_LIMIT) {
    while (place > start && tails[place - 1] < value) {
      tails[place] = tails[place - 1];
      place--;
    }
  } else {
    let low = start;
    while (low < place) {
      const middle = (low + place) >> 1;
      if (tails[middle] < value) place = middle;
      else low = middle + 1;
    }
    tails.copyWithin(place + 1, place, start + length - 1);
  }
  tails[place] = value;
}

/** The same for values less than the last one of tails[start .. start + length), ascending. */
function insertAscending(tails: Float32Array, start: number, length: number, value: number): void {
  let place = start + length - 1;
  if (length <= SHIFT_LIMIT) {
    while (place > start && tails[place - 1] > value) {
      tails[place] = tails[place - 1];
      place--;
    }
  } else {
    let low = start;
    while (low < place) {
      const middle = (low + place) >> 1;
      if (tails[middle] > value) place = middle;
      else low = middle + 1;
    }
    tails.copyWithin(place + 1, place, start + length - 1);
  }
  tails[place] = value;
}
