/** Rows, strips, seeds and specs of the calibration page, as data. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, gridRows } from '../../../src/renderer/src/calibration/grid-rows';
import { drawStrips, furtherSeeds, unevaluatedSeeds, widestStrip } from '../../../src/renderer/src/calibration/draw-strips';
import { operandWord } from '../../../src/renderer/src/calibration/operand-words';
import { nextSorting, parameterKinds, parameterRows, sortColumns, sortedRows, zeroPlace } from '../../../src/renderer/src/calibration/parameter-rows';
import { chosenSpec, seedsSpec } from '../../../src/renderer/src/calibration/seeds-spec';
import { differenceAgainstRounding, movers, reach } from '../../../src/renderer/src/calibration/what-moves';
import { median, uniformRange } from '../../../src/shared/calibration';
import { bestNoise, noiseSpread } from '../../../src/shared/noise';
import { makeCalibration, makeDraws, makeNoise } from '../fixture-calibration';
import { dataset, makePaired, makeRun, vit } from '../fixture-data';

const run = makeRun(vit, 'BitLog2_Half_17');
const calibration = makeCalibration(run, vit);
const draws = makeDraws(run, vit, [1, 2], [5]);

describe('uniformRange and median', () => {
  it('spans all codes of the grid, whatever the zero point', () => {
    expect(uniformRange(4, 0.5, 0)).toEqual([0, 7.5]);
    expect(uniformRange(4, 0.5, 7.5)).toEqual([-3.75, 3.75]);
    expect(uniformRange(8, 1, -10)).toEqual([10, 265]);
    expect(uniformRange(2, 2, 5)).toEqual([-10, -4]);
  });

  it('finds the middle of any order', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), (values) => {
      const middle = median(values);
      expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
      expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
    }));
    expect(median([])).toBeNaN();
  });
});

describe('parameter rows', () => {
  it('call operands by what they are', () => {
    expect([['blocks.0.attn.matmul1', 'A'], ['blocks.0.attn.matmul1', 'B'], ['blocks.0.attn.matmul2', 'A#3'], ['blocks.0.attn.matmul2', 'B'], ['head', 'input'], ['head', 'weight']].map(([site = '', operand = '']) => operandWord(site, operand))).toEqual([
      { word: 'q', head: null }, { word: 'k', head: null }, { word: 'map', head: 3 }, { word: 'v', head: null }, { word: 'input', head: null }, { word: 'weight', head: null },
    ]);
  });

  it('have the middle of the channels, and how far draws go from theirs', () => {
    const rows = parameterRows(calibration, draws);
    expect(rows).toHaveLength(vit.blocks.length * 8);
    const weight = rows.find(({ key }) => key === 'blocks.0.attn.proj:weight');
    expect(weight).toMatchObject({ channels: 8, deviation: 0, zeroPoint: 7, word: 'weight', bits: 4, scheme: null });
    expect(weight?.delta).toBeCloseTo(0.05 * 1.35, 12);
    const input = rows.find(({ key }) => key === 'blocks.0.attn.qkv:input');
    const values = (draws.operands.find(({ site, operand }) => site === 'blocks.0.attn.qkv' && operand === 'input')?.delta ?? []).filter((value) => value !== null);
    expect(input?.deviation).toBe(Math.max(...values.map((value) => Math.abs(value / median(values) - 1))));
    expect(parameterRows(calibration, null).every(({ deviation }) => deviation === null)).toBe(true);
  });

  it('sort by any column, rows without a figure last, equal ones in network order', () => {
    const rows = parameterRows(calibration, draws);
    for (const column of sortColumns) {
      for (const descending of [false, true]) {
        const sorted = sortedRows(rows, { column, descending });
        const values = sorted.map((row) => (column === 'site' ? row.order : row[column]));
        const known = values.filter((value) => value !== null);
        expect(values.slice(known.length).every((value) => value === null)).toBe(true);
        expect([...known].sort((a, b) => (descending ? b - a : a - b))).toEqual(known);
        sorted.slice(1).forEach((row, place) => { if (values[place] === values[place + 1]) expect(row.order > (sorted[place]?.order ?? 0) || column === 'site').toBe(true); });
      }
    }
    expect(nextSorting({ column: 'site', descending: false }, 'delta')).toEqual({ column: 'delta', descending: true });
    expect(nextSorting({ column: 'delta', descending: true }, 'delta')).toEqual({ column: 'delta', descending: false });
    expect(nextSorting({ column: 'delta', descending: true }, 'site')).toEqual({ column: 'site', descending: false });
  });

  it('place zero in a range', () => {
    expect([zeroPlace({ low: -1, high: 3 }), zeroPlace({ low: 0, high: 2 }), zeroPlace({ low: 1, high: 2 }), zeroPlace({ low: -2, high: -1 }), zeroPlace({ low: 0, high: 0 })]).toEqual([0.25, 0, null, null, null]);
  });
});

describe('strips over draws', () => {
  it('hold each value against the median: percent for scales, steps for zero points', () => {
    const row = draws.operands.find(({ site, operand }) => site === 'blocks.1.attn.qkv' && operand === 'input');
    const strip = drawStrips(draws, 'delta', parameterKinds).find(({ site, operand }) => site === 'blocks.1.attn.qkv' && operand === 'input');
    const middle = median((row?.delta ?? []).filter((value) => value !== null));
    expect(strip?.values).toEqual(row?.delta.map((value) => (value === null ? null : 100 * (value / middle - 1))));
    const steps = drawStrips({ ...draws, operands: [{ site: 'head', operand: 'input', delta: [1, 1, 1, 1], zeroPoint: [7, 9, null, 8] }] }, 'zeroPoint', parameterKinds);
    expect(steps.map(({ values }) => values)).toEqual([[-1, 1, null, 0]]);
    expect(widestStrip(steps)).toMatchObject({ value: -1, strip: { site: 'head' } });
    expect(widestStrip([])).toBeNull();
  });

  it('show the kinds that are asked for; maps have no zero point', () => {
    expect(new Set(drawStrips(draws, 'delta', ['maps']).map(({ word }) => word))).toEqual(new Set(['map']));
    expect(drawStrips(draws, 'zeroPoint', ['maps'])).toEqual([]);
    expect(new Set(drawStrips(draws, 'delta', ['activations']).map(({ word }) => word))).toEqual(new Set(['input', 'q', 'k', 'v']));
  });

  it('offer the smallest seeds that were not tried, and those that were not evaluated', () => {
    expect(furtherSeeds(draws, 3, false)).toEqual([3, 4, 6]);
    expect(furtherSeeds(draws, 4, true)).toEqual([3, 4, 5, 6]);
    expect(unevaluatedSeeds(draws)).toEqual([5]);
  });
});

describe('jobs with other pictures', () => {
  it('are the run again: only the pictures differ', () => {
    const settings = { ...run.settings, batch: 4, limit: 500, calibrationList: ['train/0/a.png', 'train/1/b.png'] };
    const odd = { ...run, settings };
    expect(seedsSpec(odd, vit, dataset, [3, 4])).toMatchObject({ seeds: [3, 4], calibrationList: null, calibrationImages: 2, schemes: ['BitLog2_Half_17'], withFp32: false, batch: 4, limit: 500, models: [vit.file], dataset: dataset.root });
    expect(chosenSpec(run, vit, dataset, ['train/0/c.png'])).toMatchObject({ calibrationList: ['train/0/c.png'], calibrationImages: 1, seeds: [0] });
  });
});

describe('what moves top-1', () => {
  const paired = makePaired(run, makeRun(vit, 'none'), 40, 33);
  const noise = { evaluation: makeNoise(run, 'evaluation', 4), calibration: makeNoise(run, 'calibration', 3) };

  it('puts the difference and everything it has to be larger than on one axis', () => {
    const rows = movers({ run, paired, draws, noise }, false);
    expect(rows.map(({ id, kind }) => [id, kind])).toEqual([['difference', 'interval'], ['images', 'interval'], ['draws', 'points'], ['recalibrated', 'points'], ['rounding', 'points']]);
    expect(rows.map(reach)[0]).toEqual(paired.ci95);
    const [low = 0, high = 0] = rows.map(reach)[1] ?? [];
    expect([low + (run.top1 ?? 0), high + (run.top1 ?? 0)]).toEqual(run.top1Ci95?.map((end) => expect.closeTo(end, 10)));
    // Draws without an accuracy say nothing, and the run itself is zero.
    expect(rows.map(reach)[2]).toEqual([expect.closeTo(0.2, 10), expect.closeTo(0.4, 10)]);
    expect(rows.map(reach)[4]).toEqual([expect.closeTo(-0.2, 10), 0]);
  });

  it('leaves out what FP32 has not, and says what is not known', () => {
    expect(movers({ run: makeRun(vit, 'none'), paired: null, draws: null, noise: null }, true).map(({ id, kind }) => [id, kind])).toEqual([['images', 'interval'], ['rounding', 'unknown']]);
    expect(movers({ run, paired: null, draws: null, noise: null }, false).filter(({ kind }) => kind === 'unknown').map(({ id }) => id)).toEqual(['difference', 'draws', 'recalibrated', 'rounding']);
  });

  it('says whether the difference is larger than rounding', () => {
    const rows = (ci95: [number, number], measured = noise) => movers({ run, paired: { ...paired, ci95 }, draws, noise: measured }, false);
    expect(differenceAgainstRounding(rows([-5, -1.2]))).toBe('beyond');
    expect(differenceAgainstRounding(rows([-5, -0.5]))).toBe('within');
    expect(differenceAgainstRounding(rows([0.1, 0.4]))).toBe('beyond');
    expect(differenceAgainstRounding(rows([-0.1, 0.4]))).toBe('within');
    // With the parameters of the run alone rounding does less.
    expect(differenceAgainstRounding(movers({ run, paired: { ...paired, ci95: [-5, -0.5] }, draws, noise: { ...noise, calibration: null } }, false))).toBe('beyond');
    expect(differenceAgainstRounding(movers({ run, paired, draws, noise: null }, false))).toBeNull();
  });

  it('takes of several answers the one that says most', () => {
    const few = { ...makeNoise(run, 'evaluation', 9), images: 100 };
    expect(bestNoise([few, noise.evaluation, makeNoise(run, 'evaluation', 2)])).toBe(noise.evaluation);
    expect(bestNoise([])).toBeNull();
    expect(noiseSpread([])).toBeNull();
    expect(noiseSpread(noise.evaluation.repeats.slice(0, 1))?.deviation).toBeNull();
  });
});

describe('a grid of tiles', () => {
  it('has every tile once, whatever its width', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2000 }), (items, width) => {
      const columns = columnsOf(width, 56, 6);
      expect(columns).toBeGreaterThanOrEqual(1);
      if (columns > 1) expect(columns * 56 + (columns - 1) * 6).toBeLessThanOrEqual(width);
      const rows = Array.from({ length: Math.ceil(items / columns) }, (_, row) => gridRows(items, columns, row)).flat();
      expect(rows).toEqual(Array.from({ length: items }, (_, index) => index));
    }));
  });
});
