/** The one scale that the three maps of a head share, and the zero-centred one of their differences. Values are attention, 0..1. */

export type MapScale =
  /** Equal steps are equal ratios: the eye sees what a log quantiser sees. */
  | { readonly kind: 'log'; readonly min: number; readonly max: number }
  | { readonly kind: 'linear'; readonly min: number; readonly max: number };

/** Values under this are drawn with the first colour of a log scale: a softmax over 197 tokens averages 2^-7.6. */
const logFloor = 2 ** -12;

/** The scale of several maps together; the upper end is the next power of two (log) or the largest value (linear). */
export function commonScale(kind: MapScale['kind'], maps: readonly ArrayLike<number>[]): MapScale {
  let max = 0;
  for (const map of maps) {
    for (let i = 0; i < map.length; i++) {
      const value = map[i] ?? 0;
      // Never true of NaN, which marks what the query cannot look at.
      if (value > max) max = value;
    }
  }
  if (max <= 0) return { kind, min: kind === 'log' ? logFloor : 0, max: 1 };
  if (kind === 'linear') return { kind, min: 0, max };
  return { kind, min: logFloor, max: Math.max(2 ** Math.ceil(Math.log2(max)), logFloor * 2) };
}

/** Place of a positive value on the scale, 0..1 (clamped). */
export function scalePosition(scale: MapScale, value: number): number {
  return positionOn(scale)(value);
}

/** The same for many values: what belongs to the scale is worked out once. */
export function positionOn({ kind, min, max }: MapScale): (value: number) => number {
  if (kind === 'log') {
    const width = Math.log2(max / min);
    return (value) => clamped(Math.log2(Math.max(value, min) / min) / width);
  }
  const width = max - min;
  return (value) => clamped((value - min) / width);
}

const clamped = (t: number): number => Math.min(1, Math.max(0, t));

/** Tick values of the legend, ascending. */
export function scaleTicks(scale: MapScale): number[] {
  if (scale.kind === 'linear') return [0, 0.5, 1].map((t) => scale.min + t * (scale.max - scale.min));
  const top = Math.round(Math.log2(scale.max));
  const bottom = Math.round(Math.log2(scale.min));
  const step = top - bottom > 8 ? 4 : 2;
  const ticks: number[] = [];
  for (let n = top; n >= bottom; n -= step) ticks.unshift(2 ** n);
  return ticks;
}

/**
 * Half-width of the difference scale: the 99.5 % point of |difference| over all given maps, so that one outlier does not
 * bleach the rest; what lies beyond is drawn with the end colour and the legend says so.
 */
export function differenceLimit(maps: readonly ArrayLike<number>[]): { readonly limit: number; readonly clipped: boolean } {
  const total = maps.reduce((sum, map) => sum + map.length, 0);
  const sizes = new Float32Array(total);
  let at = 0;
  for (const map of maps) {
    for (let i = 0; i < map.length; i++) {
      const size = Math.abs(map[i] ?? 0);
      sizes[at++] = Number.isFinite(size) ? size : 0;
    }
  }
  const max = sizes.reduce((largest, size) => (size > largest ? size : largest), 0);
  const high = nthSmallest(sizes, Math.floor(0.995 * (total - 1)));
  if (max === 0) return { limit: 1, clipped: false };
  return high > 0 ? { limit: high, clipped: max > high } : { limit: max, clipped: false };
}

/** Of values from zero on. Sorting a hundred thousand takes longer than painting them: only those that share the first 14 bits with it are sorted. */
function nthSmallest(values: Float32Array, n: number): number {
  // The bits of floats from zero on are in the order of the floats.
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const counts = new Uint32Array(2 ** 14);
  for (let i = 0; i < bits.length; i++) {
    const first = (bits[i] ?? 0) >>> 18;
    counts[first] = (counts[first] ?? 0) + 1;
  }
  let before = 0;
  let first = 0;
  while (before + (counts[first] ?? 0) <= n && first < counts.length) before += counts[first++] ?? 0;
  return values.filter((_, index) => (bits[index] ?? 0) >>> 18 === first).sort()[n - before] ?? 0;
}
