/** Levels on a run's maps: equal to what the run counted, and to real quantisers of every scheme on the same maps. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine';
import { createAttentionQuantizer } from '../../../src/engine/core/quantizers/attention-quantizer';
import { calibrateScheme } from '../../../src/engine/core/quantizers/scheme-calibration';
import { logSchemes, logSchemeById } from '../../../src/engine/core/quantizers/scheme-table';
import { sampleBatches } from '../../../src/engine/runtime/pages/sample';
import { at } from '../../../src/shared/at';
import { codeFigures, codeOfValue, densityOf, gridOf, levelFigures, sumOf } from '../../../src/shared/level-figures';
import { densityBins, type Levels } from '../../../src/shared/levels';
import { levelsSchema } from '../../../src/shared/levels';
import type { RunRecord } from '../../../src/shared/records';
import * as v from 'valibot';
import { smallEngine } from '../../helpers/small-engine';
import { smallClasses, smallProject, smallSpec, smallSwin, smallVit, type SmallProject } from '../../helpers/small-project';

let project: SmallProject;
let engine: Engine;
let runs: readonly RunRecord[];
const images = 12;

beforeAll(async () => {
  project = smallProject('levels');
  engine = smallEngine(project.path('w.bitlog2'), 2);
  const models = [project.model('vit.onnx', smallVit()), project.model('swin.onnx', smallSwin())];
  const data = project.pictures('images', images);
  await engine.call('evaluation.run', smallSpec(models, data, { workers: 2, batch: 2 }));
  await engine.call('evaluation.run', smallSpec(models.slice(0, 1), data, { workers: 2, batch: 2, withFp32: false, schemes: ['BitLog2_Single_16'], arithmetic: 'integer' }));
  ({ runs } = await engine.call('workspace.summary', null));
}, 120_000);
afterAll(async () => {
  await engine.close();
  project.remove();
});

function runOf(model: string, scheme: string, arithmetic = scheme === 'none' ? 'fp32' : 'reference'): RunRecord {
  const run = runs.find(({ modelName, settings }) => modelName.startsWith(model) && settings.scheme === scheme && settings.arithmetic === arithmetic);
  if (run === undefined) throw new Error(`no run of ${model} ${scheme}`);
  return run;
}

const levelsOf = (run: RunRecord, count = images, source: 'run' | 'fp32' = 'run'): Promise<Levels> => engine.call('levels.get', { runId: run.id, images: count, source });

/** Class of each image of the list: class by class. */
const labels = Array.from({ length: images }, (_, image) => image % smallClasses.length).sort((a, b) => a - b);

/** Positions in the list of the images that a question about so many is answered on, in batches of two. */
const sampled = (count: number): number[] => sampleBatches(labels, 2, count).flatMap((batch) => [2 * batch, 2 * batch + 1]);

/** The maps themselves, image by image, as the attention page gets them: [block] -> every image's [windows, heads, tokens, tokens]. */
async function mapsOf(run: RunRecord, levels: Levels, which: 'before' | 'fp32'): Promise<Float32Array[][]> {
  const blocks: Float32Array[][] = [];
  for (const [block, { heads, windows, tokens }] of levels.blocks.entries()) {
    const ofBlock: Float32Array[] = [];
    for (const image of sampled(levels.images)) {
      const whole = new Float32Array(windows * heads * tokens * tokens);
      for (let head = 0; head < heads; head++) {
        const map = (await engine.call('attention.view', { runId: run.id, image, block, head }))[which];
        for (let window = 0; window < windows; window++) whole.set(map.subarray(window * tokens ** 2, (window + 1) * tokens ** 2), (window * heads + head) * tokens ** 2);
      }
      ofBlock.push(whole);
    }
    blocks.push(ofBlock);
  }
  return blocks;
}

/** Every scheme's counts and errors on the maps, by the quantiser that a run would use. */
function expectRealCounts(levels: Levels, maps: readonly (readonly Float32Array[])[], aBits: number): void {
  for (const scheme of logSchemes) {
    for (const [block, { heads, tokens, windows }] of levels.blocks.entries()) {
      const grid = gridOf(levels, scheme.id, block);
      if (grid.source === 'maps') expect(grid.delta, `${scheme.id} ${block}`).toBe(calibrateScheme(scheme, at(maps, block), aBits).delta);
      const quantizer = createAttentionQuantizer(scheme, grid.delta, aBits);
      expect(grid.levels).toEqual([...quantizer.levels]);
      const counts = new Float64Array(heads * quantizer.levelCount);
      const errors = new Float64Array(counts.length);
      for (const map of at(maps, block)) {
        const codes = new Uint8Array(map.length);
        const values = new Float32Array(map.length);
        quantizer.quantizeHeads(map, values, codes, { batch: windows, heads, rows: tokens, cols: tokens }, counts);
        map.forEach((value, i) => {
          const code = at(codes, i);
          expect(codeOfValue(grid, value)).toBe(code);
          const place = (Math.floor(i / tokens ** 2) % heads) * quantizer.levelCount + code;
          errors[place] = (errors[place] ?? 0) + (value - at(values, i)) ** 2;
        });
      }
      expect(grid.counts, `${scheme.id} ${block}`).toEqual([...counts]);
      grid.errors.forEach((error, place) => expect(error).toBeCloseTo(errors[place] ?? NaN, 12));
    }
  }
}

describe('levels of a quantised run', () => {
  it.each(['vit', 'swin'])('on all images are what the run stored, and apart from it: %s', async (model) => {
    for (const scheme of ['Sqrt2_17', 'BitLog2_Half_17'] as const) {
      const run = runOf(model, scheme);
      const levels = await levelsOf(run);
      expect(v.parse(levelsSchema, levels)).toEqual(levels);
      expect(levels).toMatchObject({ runId: run.id, source: 'run', images, skipped: 0 });
      for (const block of levels.blocks.keys()) {
        const grid = gridOf(levels, scheme, block);
        expect(grid.source).toBe('run');
        expect(levels.run?.blocks[block]).toEqual({ scheme, codes: grid.levels.length, counts: grid.counts });
      }
      expect(levels.run?.images).toBe(images);
    }
  });

  it('takes deltas of siblings, and searches the rest as the scheme itself would', async () => {
    const run = runOf('vit', 'BitLog2_Half_17');
    const sibling = runOf('vit', 'Sqrt2_17');
    const levels = await levelsOf(run, 4);
    expect(levels.schemes.map(({ scheme, sibling: from, grids }) => [scheme, from, [...new Set(grids.map(({ source }) => source))]])).toEqual([
      ['Sqrt2_16', null, ['maps']], ['Sqrt2_17', sibling.id, ['sibling']], ['BitLog2_Single_16', null, ['maps']],
      ['BitLog2_Single_17', null, ['maps']], ['BitLog2_Half_16', null, ['maps']], ['BitLog2_Half_17', null, ['run']],
    ]);
    const own = await levelsOf(sibling, 4);
    levels.blocks.forEach((_, block) => expect(gridOf(levels, 'Sqrt2_17', block).delta).toBe(gridOf(own, 'Sqrt2_17', block).delta));
    expectRealCounts(levels, await mapsOf(run, levels, 'before'), 4);
  });

  it('measures classes from all over the list, not its beginning', async () => {
    expect(sampled(4)).toHaveLength(4);
    expect(sampled(4)).not.toEqual([0, 1, 2, 3]);
    // Two of a class in a batch here, so as many classes as batches.
    expect(new Set(sampled(8).map((image) => labels[image])).size).toBe(4);
    expect((await levelsOf(runOf('vit', 'BitLog2_Half_17'), 8)).images).toBe(8);
  });

  it('looks at the maps of FP32 too', async () => {
    const run = runOf('swin', 'BitLog2_Half_17');
    const levels = await levelsOf(run, 2, 'fp32');
    expect(levels.source).toBe('fp32');
    expectRealCounts(levels, await mapsOf(run, levels, 'fp32'), 4);
  });

  it('has integer runs look at their own network', async () => {
    const run = runOf('vit', 'BitLog2_Single_16', 'integer');
    const levels = await levelsOf(run);
    expect(levels.blocks.map((_, block) => gridOf(levels, 'BitLog2_Single_16', block).counts)).toEqual(levels.run?.blocks.map((block) => block?.counts));
    expect(gridOf(levels, 'BitLog2_Half_17', 0).source).toBe('maps');
  });
});

describe('levels of an FP32 run', () => {
  it('finds every delta on the maps', async () => {
    const run = runOf('vit', 'none');
    const levels = await levelsOf(run, 5);
    // Whole batches of two.
    expect(levels).toMatchObject({ images: 6, run: null });
    expect(levels.schemes.every(({ sibling, grids }) => sibling === null && grids.every(({ source }) => source === 'maps'))).toBe(true);
    const quantised = runOf('vit', 'BitLog2_Half_17');
    expectRealCounts(levels, await mapsOf(quantised, levels, 'fp32'), 32);
  });
});

describe('figures', () => {
  it('add up: every element has a bin, and a code under every scheme', async () => {
    const levels = await levelsOf(runOf('swin', 'Sqrt2_17'), 4);
    for (const [block, { heads, elements, density }] of levels.blocks.entries()) {
      expect(density).toHaveLength(heads * densityBins);
      expect(sumOf(densityOf(levels, block, null))).toBe(heads * elements);
      for (const { scheme } of levels.schemes) {
        const whole = codeFigures(gridOf(levels, scheme, block), null);
        expect(whole.elements).toBe(heads * elements);
        const byHead = Array.from({ length: heads }, (_, head) => codeFigures(gridOf(levels, scheme, block), head));
        expect(sumOf(byHead.map(({ error }) => error))).toBeCloseTo(whole.error, 12);
        const figures = levelFigures(levels, scheme, block, 0);
        expect(figures.codes).toBe(logSchemeById(scheme).levelCount(4));
        expect(figures.meanSquaredError).toBe(at(byHead, 0).error / elements);
      }
    }
    expect(sumOf(densityOf(levels, null, null))).toBe(sumOf(levels.blocks.map(({ heads, elements }) => heads * elements)));
  });

  it('do not depend on the number of workers, and are stored', async () => {
    const run = runOf('vit', 'Sqrt2_17');
    const first = await levelsOf(run, 10);
    const seen: number[] = [];
    const again = await engine.call('levels.get', { runId: run.id, images: 10, source: 'run' }, { onEvent: ({ done }) => seen.push(done) });
    expect(again).toEqual(first);
    expect(seen).toEqual([]);
    const other = smallEngine(project.path('other.bitlog2'), 1);
    try {
      await other.call('evaluation.run', smallSpec([project.path('vit.onnx')], project.path('images'), { workers: 1, batch: 2 }));
      const twin = (await other.call('workspace.summary', null)).runs.find(({ settings }) => settings.scheme === 'Sqrt2_17');
      if (twin === undefined) throw new Error('no twin');
      const alone = await other.call('levels.get', { runId: twin.id, images: 10, source: 'run' });
      const unnamed = (levels: Levels): unknown => ({ ...levels, runId: '', schemes: levels.schemes.map((scheme) => ({ ...scheme, sibling: scheme.sibling !== null })) });
      expect(unnamed(alone)).toEqual(unnamed(first));
    } finally {
      await other.close();
    }
  });

  it('tell how far they are, and stop when asked', async () => {
    const run = runOf('swin', 'none');
    const seen: { done: number; total: number }[] = [];
    await engine.call('levels.get', { runId: run.id, images: 8, source: 'run' }, { onEvent: ({ done, total }) => seen.push({ done, total }) });
    // Two passes, since the deltas of log sqrt2 are searched.
    expect(seen.at(-1)).toEqual({ done: 16, total: 16 });
    const controller = new AbortController();
    const stopped = engine.call('levels.get', { runId: run.id, images: 12, source: 'run' }, { signal: controller.signal, onEvent: () => controller.abort() });
    await expect(stopped).rejects.toMatchObject({ failure: { kind: 'stopped' } });
    expect((await levelsOf(run, 12)).images).toBe(12);
  });

  it('are given up when another workspace is opened under them, and can be asked for again', async () => {
    const run = runOf('swin', 'Sqrt2_17');
    let opened: Promise<unknown> | null = null;
    const asked = engine.call('levels.get', { runId: run.id, images: 12, source: 'fp32' }, { onEvent: () => { opened ??= engine.call('workspace.open', { file: project.path('elsewhere.bitlog2') }); } });
    await expect(asked).rejects.toMatchObject({ failure: { kind: 'stopped' } });
    await opened;
    expect((await engine.call('workspace.summary', null)).runs).toEqual([]);
    await engine.call('workspace.open', { file: project.path('w.bitlog2') });
    expect((await levelsOf(run, 12, 'fp32')).images).toBe(12);
  });

  it('say what is wrong with a question', async () => {
    await expect(engine.call('levels.get', { runId: 'nobody', images: 8, source: 'run' })).rejects.toMatchObject({ failure: { kind: 'not-found' } });
    await expect(engine.call('levels.get', { runId: runOf('vit', 'none').id, images: 0, source: 'run' })).rejects.toThrow();
  });
});
