import { describe, expect, it } from 'vitest';
import { floatBits, floatFromBits } from '../../../../src/engine/core/kernels/float-bits';
import { buildLevelTable, countSteps } from '../../../../src/engine/core/kernels/level-table';

const levels = (n: number) => Float32Array.from({ length: n }, (_, i) => i);

describe('buildLevelTable', () => {
  it('finds the least float of each code', () => {
    const { thresholds } = buildLevelTable((x) => (x > 1 ? 2 : x >= 0.1 ? 1 : 0), levels(3));
    expect(floatFromBits(thresholds[0] ?? 0)).toBe(Math.fround(0.1));
    expect(floatFromBits(thresholds[1] ?? 0)).toBe(1 + 2 ** -23);
  });

  it('gives up cells when two steps share half an octave, and searches instead', () => {
    const codeOf = (x: number) => (x >= 1.2 ? 2 : x >= 1.1 ? 1 : 0);
    const table = buildLevelTable(codeOf, levels(3));
    expect(table.cells).toBeNull();
    for (const x of [0, 1, 1.1, 1.15, 1.2, 5]) expect(countSteps(table.thresholds, floatBits(x))).toBe(codeOf(Math.fround(x)));
  });

  it('leaves a code that nothing reaches unused', () => {
    const { thresholds } = buildLevelTable((x) => (x >= 1 ? 1 : 0), levels(3));
    expect(countSteps(thresholds, floatBits(Infinity))).toBe(1);
  });
});
