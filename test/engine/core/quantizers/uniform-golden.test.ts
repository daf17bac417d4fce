import { describe, expect, it } from 'vitest';
import { fakeQuantize, fakeQuantizeChannels } from '../../../../src/engine/core/kernels/uniform';
import { fakeQuantizeRows } from '../../../../src/engine/core/kernels/uniform-rows';
import {
  calibrateUniform,
  calibrateUniformChannels,
  calibrateUniformRows,
} from '../../../../src/engine/core/quantizers/uniform-calibration';
import { firstDifference } from '../../../helpers/first-difference';
import { uniformCases, type UniformCase } from '../../../helpers/quantizer-cases';

const cases = uniformCases();

/** Activations [.., channels] have a grid per channel of the last axis, weights [rows, ..] one per row. */
const isActivation = (c: UniformCase): boolean => c.shape.length === 3;

function calibrate(c: UniformCase): { delta: number[]; zeroPoint: number[] } {
  const [first = 0] = c.shape;
  const last = c.shape.at(-1) ?? 0;
  if (!c.channelWise) {
    const { delta, zeroPoint } = calibrateUniform([c.input], c.bits);
    return { delta: [delta], zeroPoint: [zeroPoint] };
  }
  const found = isActivation(c)
    ? calibrateUniformChannels([c.input], last, c.bits)
    : calibrateUniformRows(c.input, first, c.bits);
  return { delta: [...found.delta], zeroPoint: [...found.zeroPoint] };
}

function quantize(c: UniformCase): Float32Array {
  const out = new Float32Array(c.input.length);
  const [delta = NaN] = c.delta;
  const [zeroPoint = NaN] = c.zeroPoint;
  if (!c.channelWise) fakeQuantize(c.input, out, { delta, zeroPoint }, c.bits);
  else if (isActivation(c)) fakeQuantizeChannels(c.input, out, c, c.bits);
  else fakeQuantizeRows(c.input, c.shape[0] ?? 0, c, c.bits, out);
  return out;
}

describe('uniform quantiser against the reference implementation', () => {
  it('covers six tensors and four bit widths', () => {
    expect(cases.length).toBe(24);
  });

  it.each(cases.map((c) => [`${c.name}, ${c.bits} bits`, c] as const))('%s', (_, c) => {
    expect(calibrate(c)).toEqual({ delta: c.delta, zeroPoint: c.zeroPoint });
    expect(firstDifference(quantize(c), c.output)).toBeNull();
  });
});
