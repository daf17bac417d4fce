import { describe, expect, it } from 'vitest';
import { makeLevels } from '../../helpers/levels-record';
import { cellFigures, compareSchemes, deltaOrigins, readingsOf, shareBelow } from '../../../src/renderer/src/levels/readings';
import { hasRunCounts, occupancyOf, occupancyTable, runCounts, type OccupancyQuestion } from '../../../src/renderer/src/levels/occupancy';
import { superscripts } from '../../../src/renderer/src/level-usage';
import { codeFigures, gridOf, sumOf } from '../../../src/shared/level-figures';

const levels = makeLevels({ emptyHead: true });
const base: OccupancyQuestion = { scheme: 'BitLog2_Half_17', rows: 'layers', quantity: 'elements', counted: 'sample', block: 0 };

describe('occupancyOf', () => {
  it('has a row per layer whose shares are those of its codes', () => {
    const { rows, columns } = occupancyOf(levels, base);
    expect(rows.map(({ block, head, name }) => [block, head, name])).toEqual([[0, null, 'blocks.0.attn'], [1, null, 'blocks.1.attn']]);
    const whole = codeFigures(gridOf(levels, 'BitLog2_Half_17', 1), null);
    expect(rows[1]?.shares).toEqual(whole.counts.map((count) => count / whole.elements));
    expect(rows[1]?.zero).toBe((whole.counts[0] ?? 0) / whole.elements);
    expect(sumOf(rows.map(({ error }) => error ?? 0))).toBeCloseTo(1, 12);
    // Layers have different deltas: the code has none.
    expect(columns.slice(0, 6)).toEqual(['0', '1/δ', '2/δ', '1.5·2/δ', '2²/δ', '1.5·2²/δ']);
  });

  it('has a row per head, with the names of that layer, and says what an empty head is', () => {
    const { rows, columns } = occupancyOf(levels, { ...base, rows: 'heads', block: 1 });
    expect(columns[2]).toBe('2/337');
    expect(rows.map(({ head }) => head)).toEqual([0, 1]);
    expect(rows[1]).toMatchObject({ zero: 1, dead: 16, saturated: 0, error: 0 });
    expect(rows[0]?.error).toBe(1);
  });

  it('shows the share of the error, each row by itself; none where there is no error', () => {
    const { rows } = occupancyOf(levels, { ...base, rows: 'heads', block: 1, quantity: 'error' });
    const { errors, error } = codeFigures(gridOf(levels, 'BitLog2_Half_17', 1), 0);
    expect(rows[0]?.shares).toEqual(errors.map((part) => part / error));
    expect(rows[1]?.shares.every((share) => share === 0)).toBe(true);
  });

  it('counts over the whole run where the run has this scheme, and knows no error then', () => {
    expect(hasRunCounts(levels, 'BitLog2_Half_17')).toBe(true);
    expect(hasRunCounts(levels, 'Sqrt2_17')).toBe(false);
    const { rows } = occupancyOf(levels, { ...base, counted: 'run' });
    expect(rows[0]?.counts).toEqual(codeFigures(gridOf(levels, 'BitLog2_Half_17', 0), null).counts.map((count) => 60 * count));
    expect(rows[0]?.error).toBeNull();
    expect(runCounts(levels, 'Sqrt2_17', 0, null)).toBeNull();
    expect(occupancyOf(levels, { ...base, scheme: 'Sqrt2_17', counted: 'run' }).rows[0]?.shares.every(Number.isNaN)).toBe(true);
  });

  it('exports a line per layer, head and code', () => {
    const names = Object.fromEntries(['layer', 'head', 'code', 'level', 'value', 'count', 'share', 'squaredError', 'errorShare', 'runCount'].map((key) => [key, key]));
    const table = occupancyTable(levels, 'BitLog2_Half_17', { layer: '', head: '', code: '', level: '', value: '', count: '', share: '', squaredError: '', errorShare: '', runCount: '', ...names });
    expect(table.rows).toHaveLength(2 * 2 * 17);
    expect(table.rows[1]).toEqual(['blocks.0.attn', 0, 1, '1/300', 1 / 300, expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)]);
  });
});

describe('readings', () => {
  it('say what each scheme makes of a value', () => {
    const half = readingsOf(levels, 0, 0.0101).find(({ scheme }) => scheme === 'BitLog2_Half_17');
    // 0.0101 * 384 = 3.88: level 3 of delta 300.
    expect(half).toMatchObject({ code: 3, name: '1.5·2/300', level: 3 / 300, from: 3 / 384, to: 4 / 384 });
    expect(half?.error).toBeCloseTo(-0.0099, 4);
    const zero = readingsOf(levels, 0, 0.001).find(({ scheme }) => scheme === 'BitLog2_Half_17');
    expect(zero).toMatchObject({ code: 0, level: 0, error: -1, from: 0, to: 1 / 384 });
    expect(readingsOf(levels, 0, 1).find(({ scheme }) => scheme === 'BitLog2_Half_17')).toMatchObject({ code: 16, to: Infinity });
  });

  it('compare the schemes on a head', () => {
    const rows = compareSchemes(levels, 1, 1);
    expect(rows.map(({ scheme }) => scheme)).toEqual(levels.schemes.map(({ scheme }) => scheme));
    expect(rows.every(({ relativeL2, zeroShare, meanSquaredError }) => relativeL2 === null && zeroShare === 1 && meanSquaredError === 0)).toBe(true);
    expect(deltaOrigins(levels, 0)).toEqual([
      { source: 'run', schemes: ['BitLog2_Half_17'] }, { source: 'sibling', schemes: ['Sqrt2_17'] },
      { source: 'maps', schemes: ['Sqrt2_16', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16'] },
    ]);
  });

  it('give the figures of a cell', () => {
    const found = cellFigures(levels, 'BitLog2_Half_17', 0, 1, 5);
    const { counts, errors, elements, error } = codeFigures(gridOf(levels, 'BitLog2_Half_17', 0), 1);
    expect(found).toMatchObject({ count: counts[5], elements, share: (counts[5] ?? 0) / elements, errorShare: (errors[5] ?? 0) / error, runShare: (counts[5] ?? 0) / elements });
    expect(cellFigures(levels, 'Sqrt2_17', 0, 1, 5).runShare).toBeNull();
    expect(cellFigures(levels, 'BitLog2_Half_17', 0, 0, 16)).toMatchObject({ count: 0, meanSquaredError: null, errorShare: 0 });
  });

  it('count what lies below a value', () => {
    expect(shareBelow(levels, 0, null, 2 ** -12)).toBeCloseTo(25 / 1000, 12);
    expect(shareBelow(levels, 0, null, 1)).toBe(1);
    expect(shareBelow(levels, 1, 1, 2 ** -16)).toBe(1);
  });

  it('write exponents that are fractions as powers of the root', () => {
    expect(['δ·2^-7/2', 'δ·2^-1/2', 'δ·2^-3', 'δ', '1.5·2^12/327'].map(superscripts)).toEqual(['δ/√2⁷', 'δ/√2', 'δ·2⁻³', 'δ', '1.5·2¹²/327']);
  });
});
