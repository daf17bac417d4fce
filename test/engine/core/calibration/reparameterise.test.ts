import { describe, expect, it } from 'vitest';
import {
  reparameterise,
  reparameteriseLinear,
  reparameteriseNorm,
} from '../../../../src/engine/core/calibration/reparameterise';
import { createRandom } from '../../../../src/engine/core/random/random';
import goldens from '../../../fixtures/reparameterisation.json';

const exact = { integerZeroPoint: false };
const rounded = { integerZeroPoint: true };

function example(channels: number, outputs: number, seed: number) {
  const random = createRandom(seed);
  const fill = (length: number, make: () => number) => Float32Array.from({ length }, make);
  return {
    channelDelta: fill(channels, () => 0.2 + random.uniform()),
    channelZeroPoint: fill(channels, () => random.int(16)),
    lnWeight: fill(channels, () => 1 + 0.3 * random.normal()),
    lnBias: fill(channels, () => 0.2 * random.normal()),
    weight: fill(channels * outputs, () => random.normal()),
    bias: fill(outputs, () => random.normal()),
  };
}

/** Linear(LayerNorm(x)) of an already normalised row, in double. */
function forward(row: readonly number[], p: { lnWeight: Float32Array; lnBias: Float32Array; weight: Float32Array; bias: Float32Array }) {
  const normed = row.map((x, c) => x * (p.lnWeight[c] ?? NaN) + (p.lnBias[c] ?? NaN));
  return Array.from(p.bias, (bias, output) =>
    normed.reduce((sum, x, c) => sum + x * (p.weight[output * row.length + c] ?? NaN), bias),
  );
}

describe('scale reparameterisation', () => {
  it.each(goldens.map((g) => [`${g.model} ${g.scheme} ${g.site}`, g] as const))('grid of %s', (_, g) => {
    const channels = g.channel_delta.length;
    const { delta, zeroPoint } = reparameteriseNorm(
      {
        channelDelta: g.channel_delta,
        channelZeroPoint: g.channel_zero_point,
        lnWeight: new Float32Array(channels).fill(1),
        lnBias: new Float32Array(channels),
      },
      exact,
    );
    expect({ delta, zeroPoint }).toEqual({ delta: g.delta, zeroPoint: g.zero_point });
  });

  it.each([exact, rounded])('leaves the network as it was in FP32 (%o)', (options) => {
    const input = example(48, 10, 1);
    const after = reparameterise(input, options);
    const random = createRandom(2);
    const row = Array.from({ length: 48 }, () => random.normal());
    const expected = forward(row, input);
    forward(row, after).forEach((y, output) => expect(Math.abs(y - (expected[output] ?? NaN))).toBeLessThan(1e-4));
  });

  it.each([exact, rounded])('moves the grid of each channel onto the common grid (%o)', (options) => {
    const input = example(24, 1, 3);
    const after = reparameterise(input, options);
    input.channelDelta.forEach((delta, c) => {
      const zeroPoint = input.channelZeroPoint[c] ?? NaN;
      // A level of the channel's own grid, in what the LayerNorm gives before and after.
      for (const code of [0, 7, 15]) {
        const before = (code - zeroPoint) * delta;
        const now = before / (after.r[c] ?? NaN) - (after.b[c] ?? NaN);
        expect(now).toBeCloseTo((code - after.zeroPoint) * after.delta, 5);
      }
    });
    expect(Number.isInteger(after.zeroPoint)).toBe(options.integerZeroPoint);
  });

  it('gives each Linear behind one LayerNorm the same shift', () => {
    const input = example(16, 6, 4);
    const norm = reparameteriseNorm(input, exact);
    const half = 3 * 16;
    const parts = [input.weight.subarray(0, half), input.weight.subarray(half)].map((weight, part) =>
      reparameteriseLinear({ weight, bias: input.bias.subarray(3 * part, 3 * part + 3) }, norm),
    );
    const whole = reparameteriseLinear(input, norm);
    expect(parts.flatMap((p) => [...p.weight])).toEqual([...whole.weight]);
    expect(parts.flatMap((p) => [...p.bias])).toEqual([...whole.bias]);
  });

  it('gives a Linear without bias one', () => {
    const input = example(8, 4, 5);
    const without = reparameterise({ ...input, bias: null }, exact);
    const withZero = reparameterise({ ...input, bias: new Float32Array(4) }, exact);
    expect(without.bias).toEqual(withZero.bias);
    expect(without.bias.some((x) => x !== 0)).toBe(true);
  });

  it('leaves the scale of a constant channel alone and still puts it on the grid', () => {
    const input = example(8, 4, 6);
    const degenerate = new Uint8Array(8);
    degenerate[3] = 1;
    input.channelDelta[3] = 5;
    input.channelZeroPoint[3] = -1;
    const after = reparameterise({ ...input, degenerate }, exact);
    expect(after.r[3]).toBe(1);
    expect(5 - (after.b[3] ?? NaN)).toBeCloseTo(-after.zeroPoint * after.delta, 5);
    const row = Array.from({ length: 8 }, (_, c) => c - 3.5);
    const expected = forward(row, input);
    forward(row, after).forEach((y, output) => expect(Math.abs(y - (expected[output] ?? NaN))).toBeLessThan(1e-4));
  });

  it('changes nothing in place', () => {
    const input = example(8, 4, 7);
    const copy = structuredClone(input);
    reparameterise(input, rounded);
    expect(input).toEqual(copy);
  });

  it('refuses parts that do not belong together', () => {
    const input = example(8, 4, 8);
    expect(() => reparameterise({ ...input, lnBias: new Float32Array(7) }, exact)).toThrow('8 channels');
    expect(() => reparameterise({ ...input, weight: new Float32Array(30) }, exact)).toThrow('rows of 8');
  });
});
