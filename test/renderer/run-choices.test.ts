import { describe, expect, it } from 'vitest';
import { cellChoices, namedRuns, variantRuns } from '../../src/renderer/src/run-choices';
import { comparisonRows } from '../../src/renderer/src/inspector-rows';
import { runName } from '../../src/renderer/src/run-names';
import { publishedLines } from '../../src/renderer/src/board/published-text';
import { makeBoard, makeIntegerRun, makePaired, makeRun, makeRuns, swin, vit } from './fixture-data';

const words = {
  arithmetic: (id: string) => `<${id}>`, seed: (seed: number) => `seed ${seed}`, images: (limit: number | null) => `${limit ?? 'all'} images`, overrides: (count: number) => `${count} overrides`,
  calibration: (images: number, chosen: boolean) => (chosen ? 'chosen' : `${images} to calibrate`), batch: (images: number) => `batch ${images}`, chosenImages: () => 'some images',
};
const run = makeRun(vit, 'Sqrt2_17');

describe('choices of a run', () => {
  it('are FP32 and the six schemes under each arithmetic of the board, measured or not', () => {
    const board = makeBoard([run, makeIntegerRun(vit, 'Sqrt2_17')]);
    const found = cellChoices(board, vit.id);
    expect(found).toHaveLength(1 + 6 + 6);
    expect(found.filter(({ cell }) => cell?.run !== null && cell?.run !== undefined).map(({ scheme, arithmetic }) => `${scheme} ${arithmetic}`)).toEqual(['Sqrt2_17 reference', 'Sqrt2_17 integer']);
    expect(new Set(found.map(({ value }) => value)).size).toBe(found.length);
  });

  it('variants are what stands in no cell: same model, same data, newest first', () => {
    const old = { ...run, id: 'old', created: '2026-01-01T00:00:00.000Z' };
    const older = { ...run, id: 'older', created: '2025-01-01T00:00:00.000Z' };
    const elsewhere = { ...run, id: 'elsewhere', datasetId: 'd-other' };
    expect(variantRuns(makeBoard(makeRuns()), vit.id, [...makeRuns(), older, old, elsewhere]).map(({ id }) => id)).toEqual(['old', 'older']);
  });

  it('have names of their own: settings first, then the time, then a number', () => {
    const w8 = { ...run, settings: { ...run.settings, wBits: 8, limit: 50, batch: 4, calibrationImages: 128 } };
    expect(runName(w8, words)).toBe('Sqrt2_17 · W8A4 · 128 to calibrate · 50 images · batch 4');
    const isolated = makeRun(vit, 'none', { settings: { ...run.settings, scheme: 'none', seed: 3 } });
    expect(runName(isolated, words)).toBe('none · seed 3');
    const names = namedRuns([run, { ...run, id: 'b', created: '2026-02-02' }, { ...run, id: 'c', created: '2026-02-02' }, w8], words, (iso) => iso.slice(0, 10)).map(({ name }) => name);
    expect(names).toEqual(['Sqrt2_17 · 2026-01-05', 'Sqrt2_17 · 2026-02-02', 'Sqrt2_17 · 2026-02-02 (2)', 'Sqrt2_17 · W8A4 · 128 to calibrate · 50 images · batch 4']);
  });
});

describe('names in a comparison', () => {
  it('leave out what all of them share, and say the model where there are several', () => {
    const part = (scheme: 'Sqrt2_17' | 'BitLog2_Half_17', seed: number, model = vit) => ({ ...makeRun(model, scheme, { id: `${model.id}-${scheme}-${seed}` }), settings: { ...makeRun(model, scheme).settings, limit: 100, seed } });
    const [a, b, c] = [part('Sqrt2_17', 0), part('BitLog2_Half_17', 1), part('Sqrt2_17', 0, swin)];
    expect(comparisonRows([makePaired(b, a, 1, 3)], [a, b], words)).toMatchObject([{ a: 'BitLog2_Half_17 · seed 1', b: 'Sqrt2_17' }]);
    expect(comparisonRows([makePaired(c, a, 1, 3)], [a, c], words)).toMatchObject([{ a: 'fashion_swin Sqrt2_17', b: 'fashion_vit Sqrt2_17' }]);
    expect(comparisonRows([makePaired(b, a, 1, 3)], [b], words)).toEqual([]);
  });
});

describe('published figures of a cell', () => {
  it('are the page’s, under the name of whose they are, and the log’s where it says another', () => {
    const lines = (published: number | null, publishedAs: string | null, publishedLog: number | null) => publishedLines({ published, publishedAs, publishedLog }).map((line) => (line.kind === 'as' ? `${line.name} ${line.top1}` : `${line.kind} ${line.top1}`));
    expect(lines(75.554, null, 75.594)).toEqual(['page 75.554', 'log 75.594']);
    expect(lines(75.61, 'RepQ-ViT', 75.72)).toEqual(['RepQ-ViT 75.61', 'log 75.72']);
    expect(lines(75.836, null, 75.836)).toEqual(['page 75.836']);
    expect(lines(null, null, 75.822)).toEqual(['log 75.822']);
    expect(lines(null, null, null)).toEqual([]);
    expect(publishedLines(null)).toEqual([]);
  });
});
