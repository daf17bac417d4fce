import { describe, expect, it } from 'vitest';
import { createAttentionQuantizer } from '../../../../src/engine/core/quantizers/attention-quantizer';
import { calibrateScheme } from '../../../../src/engine/core/quantizers/scheme-calibration';
import { schemeById } from '../../../../src/engine/core/quantizers/scheme-table';
import { firstDifference } from '../../../helpers/first-difference';
import { attentionCases } from '../../../helpers/quantizer-cases';
import { attentionValue, meanSquare } from '../../../helpers/reference-quantizers';

const cases = attentionCases();

describe('attention quantisers against the reference implementation', () => {
  it('covers six schemes and three sharpness values', () => {
    expect(cases.length).toBe(18);
  });

  describe.each(cases.map((c) => [`${c.scheme}, sigma ${c.sigma}`, c] as const))('%s', (_, c) => {
    const scheme = schemeById(c.scheme);
    const quantizer = createAttentionQuantizer(scheme, c.delta, c.bits);
    const run = (input: Float32Array) => {
      const out = new Float32Array(input.length);
      quantizer.quantize(input, out, null);
      return out;
    };

    it('finds the same delta', () => {
      const { delta } = calibrateScheme(scheme, [c.input], c.bits);
      if (delta === c.delta) return;
      // The reference sums in float32, so another whole delta may win there; its score must be as good as equal.
      expect(scheme.kind).toBe('bitlog2');
      const score = (d: number) => meanSquare(c.input, Array.from(c.input, (x) => attentionValue(c.scheme, x, d, c.bits)));
      expect(Math.abs(score(delta) / score(c.delta) - 1)).toBeLessThan(1e-6);
    });

    it('gives every output', () => {
      expect(firstDifference(run(c.input), c.output)).toBeNull();
      expect(new Set(run(c.input)).size).toBe(c.distinctLevels);
    });

    it('gives every edge output', () => {
      expect(firstDifference(run(c.edgeInput), c.edgeOutput)).toBeNull();
    });

    it('the slow twin gives every output too', () => {
      const slow = (input: Float32Array) => Array.from(input, (x) => attentionValue(c.scheme, x, c.delta, c.bits));
      expect(firstDifference(slow(c.input), c.output)).toBeNull();
      expect(firstDifference(slow(c.edgeInput), c.edgeOutput)).toBeNull();
    });
  });
});
