import { describe, expect, it } from 'vitest';
import { logSchemes, schemeById, schemeTable } from '../../../../src/engine/core/quantizers/scheme-table';
import { calibrateScheme } from '../../../../src/engine/core/quantizers/scheme-calibration';
import { createAttentionQuantizer } from '../../../../src/engine/core/quantizers/attention-quantizer';
import { schemeIds } from '../../../../src/shared/settings';

describe('scheme table', () => {
  it('holds every scheme of the settings, in their order', () => {
    expect(schemeTable.map(({ id }) => id)).toEqual([...schemeIds]);
  });

  it('has 16 or 17 levels at 4 bits, as the names say, whatever the activations are for BitLog2', () => {
    for (const scheme of logSchemes) {
      expect(scheme.levelCount(4)).toBe(scheme.id.endsWith('17') ? 17 : 16);
      expect(scheme.levelCount(32)).toBe(scheme.levelCount(4));
      if (scheme.kind === 'bitlog2') for (let bits = 2; bits <= 8; bits++) expect(scheme.bitsFor(bits)).toBe(4);
    }
    expect(logSchemes.filter((s) => s.kind === 'sqrt2').map((s) => s.levelCount(3))).toEqual([8, 9]);
  });

  it('has the levels of numerics.md', () => {
    const ladder = (id: string) => {
      const scheme = schemeById(id);
      return scheme.kind === 'none' ? [] : [...(scheme.integerLevels(4)?.whole ?? [])];
    };
    const powers = (n: number) => [0, ...Array.from({ length: n }, (_, i) => 2 ** i)];
    expect(ladder('BitLog2_Single_16')).toEqual(powers(15));
    expect(ladder('BitLog2_Single_17')).toEqual(powers(16));
    expect(ladder('BitLog2_Half_16')).toEqual([0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192]);
    expect(ladder('BitLog2_Half_17')).toEqual([0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256]);
  });

  it('gives integer levels that stand for the float levels', () => {
    for (const scheme of logSchemes) {
      const delta = scheme.kind === 'sqrt2' ? 0.37 : 300;
      for (const bits of [2, 3, 4]) {
        const integers = scheme.integerLevels(bits);
        if (!integers) throw new Error(`${scheme.id} has no integer levels at ${bits} bits`);
        scheme.levels(delta, bits).forEach((level, code) => {
          const whole = integers.whole[code] ?? NaN;
          const root = integers.root ? (integers.root[code] ?? NaN) : 0;
          const value = (whole + Math.SQRT2 * root) * integers.scale(delta);
          expect(Math.abs(value - level)).toBeLessThanOrEqual(1e-7 * level);
        });
      }
      if (scheme.kind === 'sqrt2') expect(scheme.integerLevels(8)).toBeNull();
    }
  });

  it('names an unknown scheme and the list', () => {
    expect(() => schemeById('BitLog3')).toThrow(/BitLog3.*Sqrt2_16.*none/);
  });

  it('refuses bits outside 2..8 and a quantiser for none', () => {
    expect(() => schemeById('Sqrt2_17').kind === 'sqrt2' && logSchemes[0]?.bitsFor(9)).toThrow('bits must be 2 to 8');
    expect(() => calibrateScheme(schemeById('none'), [new Float32Array(3)], 4)).toThrow('none');
    expect(() => createAttentionQuantizer(schemeById('none'), 1, 4)).toThrow('none');
    expect(() => createAttentionQuantizer(schemeById('Sqrt2_17'), 0, 4)).toThrow('delta');
  });
});
