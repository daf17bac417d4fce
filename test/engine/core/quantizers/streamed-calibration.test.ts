/** Statistics of a tensor that comes in pieces, whatever the pieces are: those of the whole tensor, and those of the definition by sorting. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectRanks } from '../../../../src/engine/core/kernels/bucket-select';
import { selectChannelTails } from '../../../../src/engine/core/kernels/channel-tails';
import type { ChunkSource } from '../../../../src/engine/core/kernels/chunk-source';
import { bitsOf, floatBits, floatFromBits } from '../../../../src/engine/core/kernels/float-bits';
import { planQuantiles, quantiles, TORCH_QUANTILE_LIMIT } from '../../../../src/engine/core/kernels/quantiles';
import { UnusableTensorError } from '../../../../src/engine/core/kernels/unusable-tensor-error';
import { calibrateScheme } from '../../../../src/engine/core/quantizers/scheme-calibration';
import { logSchemes } from '../../../../src/engine/core/quantizers/scheme-table';
import { calibrateUniform, calibrateUniformChannels } from '../../../../src/engine/core/quantizers/uniform-calibration';
import { createRandom } from '../../../../src/engine/core/random/random';
import { uniformGrid } from '../../../helpers/reference-quantizers';
import { cutAt, streamed } from '../../../helpers/streamed';

const tick = () => undefined;
const ends = fc.array(fc.nat(), { maxLength: 12 });
const seeds = fc.nat({ max: 1e6 });
const sizes = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 61, max: 4000 }));

/** Values of several kinds: normal, heavy-tailed, half zeros, one constant. */
function values(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const kind = seed % 4;
  return Float32Array.from({ length }, () => {
    const x = random.normal();
    return kind === 0 ? x : kind === 1 ? x ** 5 : kind === 2 ? Math.max(0, x) : 1.25;
  });
}

describe('a tensor in pieces', () => {
  it('has the grid of the whole, which is that of the search by sorting', () => {
    fc.assert(
      fc.property(sizes, seeds, ends, fc.constantFrom(3, 4, 8), (length, seed, cuts, bits) => {
        const x = values(length, seed);
        const whole = calibrateUniform([x], bits);
        expect(whole).toEqual(uniformGrid(x, bits));
        expect(calibrateUniform(streamed(cutAt(x, cuts)), bits)).toEqual(whole);
      }),
    );
  });

  it('has the grid of each channel alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 37 }), seeds, ends, (rows, channels, seed, cuts) => {
        const x = values(rows * channels, seed).map((value, i) => value * (1 + (i % channels)));
        const whole = calibrateUniformChannels([x], channels, 4);
        expect(calibrateUniformChannels(streamed(cutAt(x, cuts, channels)), channels, 4)).toEqual(whole);
        const c = seed % channels;
        const alone = Float32Array.from({ length: rows }, (_, row) => x[row * channels + c] ?? NaN);
        expect({ delta: whole.delta[c], zeroPoint: whole.zeroPoint[c] }).toEqual(uniformGrid(alone, 4));
      }),
    );
  });

  it.each(logSchemes.map(({ id }) => id))('has the delta of %s', (id) => {
    const scheme = logSchemes.find((row) => row.id === id);
    if (scheme === undefined) expect.unreachable();
    else {
      fc.assert(
        fc.property(sizes, seeds, ends, (length, seed, cuts) => {
          const random = createRandom(seed);
          const x = Float32Array.from({ length }, () => random.uniform() ** 6);
          expect(calibrateScheme(scheme, streamed(cutAt(x, cuts)), 4)).toEqual(calibrateScheme(scheme, [x], 4));
        }),
        { numRuns: 30 },
      );
    }
  });

  it('names the same bad element', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), seeds, ends, fc.constantFrom(NaN, Infinity, -Infinity), (rows, seed, cuts, bad) => {
        const channels = 7;
        const x = values(rows * channels, seed);
        const places = [seed % x.length, (seed * 31) % x.length];
        for (const place of places) x[place] = bad;
        const first = Math.min(...places);
        const indexOf = (work: () => unknown): unknown => {
          try {
            return work();
          } catch (error) {
            return error instanceof UnusableTensorError ? [error.index, error.failure.what] : error;
          }
        };
        expect(indexOf(() => calibrateUniform(streamed(cutAt(x, cuts)), 4))).toEqual([first, `Cannot quantise: element ${first} is ${bad}`]);
        const [byChannel] = places.map((place) => ({ row: Math.floor(place / channels), channel: place % channels })).sort((a, b) => a.channel - b.channel || a.row - b.row);
        if (byChannel === undefined) expect.unreachable();
        else {
          const { row, channel } = byChannel;
          expect(indexOf(() => calibrateUniformChannels(streamed(cutAt(x, cuts, channels)), channels, 4))).toEqual([row * channels + channel, `Cannot quantise: element ${row} is ${bad} (in channel ${channel})`]);
        }
      }),
    );
  });
});

describe('long tails', () => {
  it.each([1, 3, 64, 65, 200, 1000])('of %i values per channel are the ends of the sorted channel', (count) => {
    const channels = 5;
    const rows = 1000;
    for (const seed of [1, 2]) {
      const x = values(rows * channels, seed);
      // One channel rises all the way: every value is a newcomer.
      for (let row = 0; row < rows; row++) x[row * channels] = row;
      const { top, bottom } = selectChannelTails(streamed(cutAt(x, [10, 500, 501], channels)), channels, count, count, tick);
      for (let c = 0; c < channels; c++) {
        const sorted = Float32Array.from({ length: rows }, (_, row) => x[row * channels + c] ?? NaN).sort();
        expect(bottom.subarray(c * count, (c + 1) * count)).toEqual(sorted.slice(0, count));
        expect(top.subarray(c * count, (c + 1) * count)).toEqual(sorted.slice(rows - count).reverse());
      }
    }
  });
});

/** Bits between neighbours: what lies between them can be told from both. */
const SPACING = 64;

const valueOfRank = (rank: number): number => floatFromBits(rank * SPACING);

/** As many different floats, each once, in a scattered order, made when they are asked for. */
function scattered(count: number): ChunkSource {
  const step = 7_368_787;
  const piece = new Float32Array(1 << 18);
  const bits = bitsOf(piece);
  return {
    elements: count,
    *[Symbol.iterator]() {
      let rank = 0;
      for (let start = 0; start < count; start += piece.length) {
        const length = Math.min(piece.length, count - start);
        for (let i = 0; i < length; i++) {
          bits[i] = rank * SPACING;
          rank = (rank + step) % count;
        }
        yield piece.subarray(0, length);
      }
    },
  };
}

describe('more elements than torch.quantile takes', () => {
  const count = TORCH_QUANTILE_LIMIT + 700_017;
  const probabilities = [0.999, 0.9999, 0.99999, 1 - 0.999];

  /** Linear interpolation at a rank, the difference of the neighbours rounded to float32. */
  function valueAt(rank: number): number {
    const below = Math.floor(rank);
    const t = rank - below;
    const [a, b] = [valueOfRank(below), valueOfRank(below + 1)];
    return Math.fround(t < 0.5 ? a + Math.fround(b - a) * t : b - Math.fround(b - a) * (1 - t));
  }

  it('the quantiles are those of numpy.percentile, whose rank is a double', () => {
    const found = quantiles(scattered(count), planQuantiles(count, probabilities), tick);
    expect(found).toEqual(probabilities.map((p) => valueAt(((p * 100) / 100) * (count - 1))));
    // Bits of what NumPy 2.4 gives for this tensor.
    expect(found.map(floatBits)).toEqual([1067732223, 1068694144, 1068790336, 1068801]);
    // The float32 rank of smaller tensors would give others.
    expect(found[0]).not.toBe(valueAt(Math.fround(Math.fround(0.999) * (count - 1))));
  });

  it('any order statistics are found without the tensor ever being there', () => {
    const ranks = [0, 1, 12_345_678, count - 2, count - 1];
    expect([...selectRanks(scattered(count), ranks, tick)]).toEqual(ranks.map(valueOfRank));
  });
});
