import type { Chunks } from './chunk-source';
import { forEachSlab, type Tick } from './slabs';
import { notFinite } from './unusable-tensor-error';

/** The extreme values of a tensor, kept sorted from the outside in. */
export interface Tails {
  /** The largest values, descending. */
  readonly top: Float64Array;
  /** The smallest values, ascending. */
  readonly bottom: Float64Array;
}

/**
 * The `topCount` largest and `bottomCount` smallest values in one pass. Almost every element fails both comparisons
 * at once, so for short tails this is the cheapest select there is; each newcomer costs at most the tail's length.
 *
 * @throws UnusableTensorError when an element is not finite
 */
export function selectTails(chunks: Chunks, topCount: number, bottomCount: number, tick: Tick): Tails {
  const top = new Float64Array(topCount).fill(-Infinity);
  const bottom = new Float64Array(bottomCount).fill(Infinity);
  forEachSlab(chunks, tick, (chunk, from, to) => {
    if (!scanTails(chunk, from, to, top, bottom)) throw notFinite(chunks);
  });
  return { top, bottom };
}

/** False when an element is not finite: NaN and the infinities fail the first comparison and are looked at. */
function scanTails(x: Float32Array, from: number, to: number, top: Float64Array, bottom: Float64Array): boolean {
  const lastTop = top.length - 1;
  const lastBottom = bottom.length - 1;
  let least = top[lastTop];
  let greatest = bottom[lastBottom];
  for (let i = from; i < to; i++) {
    const value = x[i];
    if (value < least && value > greatest) continue;
    if (!(value - value === 0)) return false;
    if (value > least) {
      let place = lastTop;
      while (place > 0 && top[place - 1] < value) {
        top[place] = top[place - 1];
        place--;
      }
      top[place] = value;
      least = top[lastTop];
    }
    if (value < greatest) {
      let place = lastBottom;
      while (place > 0 && bottom[place - 1] > value) {
        bottom[place] = bottom[place - 1];
        place--;
      }
      bottom[place] = value;
      greatest = bottom[lastBottom];
    }
  }
  return true;
}
