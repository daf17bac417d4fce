import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boardCell, buildBoard, pairedOf, pairedOfRuns, predictionsPage, readPublished, runRecord, workspaceSummary } from '../../../../src/engine/runtime/results/results';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { Store } from '../../../../src/engine/runtime/store/store-types';
import type { RunSettings } from '../../../../src/shared/settings';
import { datasetRecord, fp32Settings, modelRecord, newRun, predictionRow, settings, temporaryFolder } from '../../../helpers/store-records';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
const files = Array.from({ length: 20 }, (_, i) => `val/a/${i}.png`);

beforeEach(async () => {
  folder = temporaryFolder('results');
  store = await openStore(join(folder.path, 'w.bitlog2'));
  await store.upsertModel(modelRecord('tiny', { classes: 2 }));
  await store.upsertDataset(datasetRecord('small'));
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

/** A run over `files` (label 0) that answers these classes; null where the image was skipped. */
async function addRun(id: string, runSettings: RunSettings, answers: readonly (number | null)[], list: readonly string[] = files, modelId = 'model-tiny'): Promise<void> {
  const listId = await store.imageList(list, list.map(() => 0));
  await store.createRun(newRun(id, listId, { settings: runSettings, total: list.length, modelId }));
  const predictions = answers.flatMap((answer, index) => (answer === null ? [] : [predictionRow(index, { label: 0, top5: [answer, 9], loss: 0.5 })]));
  const skipped = answers.flatMap((answer, index) => (answer === null ? [{ index, file: list[index] ?? '', reason: 'cmyk', detail: '' }] : []));
  await store.commitBatch({ batch: 0, cells: [{ runId: id, predictions, levelCounts: [] }], skipped });
  await store.setRunState(id, 'done', { secondsCalibration: 1, secondsEvaluation: 2 });
}

const right = (count: number, wrong = 1): number[] => files.map((_, i) => (i < count ? 0 : wrong));

describe('runRecord', () => {
  it('gives percent, Wilson interval and mean loss', async () => {
    await addRun('r', settings('Sqrt2_17'), [...right(15).slice(0, 19), null]);
    const record = await runRecord(store, 'r');
    expect(record).toMatchObject({ modelName: 'tiny', state: 'done', images: 19, total: 20, skipped: 1, loss: 0.5, seconds: { calibration: 1, evaluation: 2 } });
    expect(record.top1).toBeCloseTo((100 * 15) / 19, 12);
    expect(record.top5).toBeCloseTo((100 * 15) / 19, 12);
    // Wilson's interval for 15 of 19, from its formula worked out by hand.
    expect(record.top1Ci95?.[0]).toBeCloseTo(56.67, 1);
    expect(record.top1Ci95?.[1]).toBeCloseTo(91.49, 1);
    await expect(runRecord(store, 'nobody')).rejects.toMatchObject({ failure: { kind: 'not-found' } });
  });

  it('has no figures before the first image', async () => {
    await addRun('r', settings('Sqrt2_17'), []);
    expect(await runRecord(store, 'r')).toMatchObject({ images: 0, top1: null, top5: null, top1Ci95: null, loss: null });
    expect((await workspaceSummary(store)).runs).toEqual([await runRecord(store, 'r')]);
  });
});

describe('pairs of runs', () => {
  it('counts lost, gained and changed on the common images, a against b', async () => {
    //                        both right, b lost to a..., skipped images count for neither
    await addRun('b', fp32Settings, [0, 0, 0, 0, 0, 1, 1, 1, null, 0]);
    await addRun('a', settings('Sqrt2_17'), [0, 0, 1, 1, 1, 0, 1, 2, 0, null]);
    const [pair] = await pairedOf(store, 'a');
    expect(pair).toMatchObject({ a: 'a', b: 'b', images: 8, lost: 3, gained: 1, changed: 1, difference: -25 });
    // Exact McNemar for 1 against 3: 2 * (C(4,0) + C(4,1)) / 16.
    expect(pair?.mcnemarP).toBeCloseTo(0.625, 12);
    expect(pair?.holmP).toBe(pair?.mcnemarP);
    expect(pair?.ci95[0]).toBeLessThan(-25);
    expect(pair?.ci95[1]).toBeGreaterThan(-25);
    const [reverse] = await pairedOf(store, 'b');
    expect(reverse).toMatchObject({ a: 'b', b: 'a', lost: 1, gained: 3, changed: 1, difference: 25 });
  });

  it('matches images by file where the lists differ', async () => {
    await addRun('whole', fp32Settings, right(20));
    await addRun('part', settings('Sqrt2_17'), [0, 0, 1, 0], [19, 3, 7, 8].map((i) => `val/a/${i}.png`));
    expect(await pairedOf(store, 'part')).toMatchObject([{ images: 4, lost: 1, gained: 0, difference: -25 }]);
    await addRun('elsewhere', settings('Sqrt2_16'), [0], ['val/b/1.png']);
    expect(await pairedOf(store, 'elsewhere')).toEqual([]);
  });

  it('adjusts by Holm over the comparisons of a model and leaves others alone', async () => {
    await store.upsertModel(modelRecord('other', { classes: 2 }));
    await addRun('fp32', fp32Settings, right(20));
    await addRun('s1', settings('Sqrt2_16'), right(12));
    await addRun('s2', settings('Sqrt2_17'), right(14));
    await addRun('o', settings('Sqrt2_17'), right(3), files, 'model-other');
    const pairs = await pairedOfRuns(store, ['fp32', 's1', 's2', 'o']);
    expect(pairs.map(({ a, b }) => `${a}-${b}`)).toEqual(['s1-fp32', 's2-fp32', 's2-s1']);
    const [p1 = 0, p2 = 0, p3 = 0] = pairs.map((pair) => pair.mcnemarP);
    expect([p1, p2, p3]).toEqual([2 / 2 ** 8, 2 / 2 ** 6, 0.5].map((p) => expect.closeTo(p, 12)));
    expect(pairs.map((pair) => pair.holmP)).toEqual([3 * p1, 2 * p2, p3].map((p) => expect.closeTo(p, 12)));
  });
});

describe('buildBoard', () => {
  it('has a cell for FP32 and each scheme, with the newest run and its comparison to FP32', async () => {
    await addRun('old', settings('BitLog2_Half_17'), right(1));
    await addRun('fp32', fp32Settings, right(18));
    await addRun('new', settings('BitLog2_Half_17', { seed: 1 }), right(15));
    await addRun('s', settings('Sqrt2_16'), right(9));
    const board = await buildBoard(store, null);
    expect(board.datasetId).toBe('data-small');
    expect(board.models.map((model) => model.name)).toEqual(['tiny']);
    expect(board.columns.map((column) => column.id)).toEqual(['Sqrt2_16', 'Sqrt2_17', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16', 'BitLog2_Half_17']);
    expect(board.cells.map((cell) => [cell.scheme, cell.arithmetic, cell.run?.id ?? null, cell.paired?.b ?? null])).toEqual([
      ['none', 'fp32', 'fp32', null], ['Sqrt2_16', 'reference', 's', 'fp32'], ['Sqrt2_17', 'reference', null, null], ['BitLog2_Single_16', 'reference', null, null],
      ['BitLog2_Single_17', 'reference', null, null], ['BitLog2_Half_16', 'reference', null, null], ['BitLog2_Half_17', 'reference', 'new', 'fp32'],
    ]);
    expect(board.cells[6]?.paired).toMatchObject({ difference: -15, lost: 3, gained: 0 });
    expect(board.cells[6]?.paired?.holmP).toBeCloseTo(0.25, 12);
    expect(board.cells[1]?.paired?.holmP).toBeCloseTo(2 * (2 / 2 ** 9), 12);
    for (const id of ['fp32', 'new', 's']) expect(await boardCell(store, id)).toEqual(board.cells.find((cell) => cell.run?.id === id));
    expect(await boardCell(store, 'old')).toBeNull();
  });

  it('compares with FP32 on the same list first', async () => {
    await addRun('small-fp32', fp32Settings, [0, 0], files.slice(0, 2));
    await addRun('small', settings('Sqrt2_17'), [0, 1], files.slice(0, 2));
    await addRun('large-fp32', { ...fp32Settings, seed: 0 }, right(20));
    expect((await boardCell(store, 'small'))?.paired).toMatchObject({ b: 'small-fp32', images: 2 });
  });

  it('shows a file that changed once, and models of other classes only when they were run here', async () => {
    await addRun('old-state', fp32Settings, right(20));
    await store.upsertModel(modelRecord('tiny', { id: 'changed', hash: 'changed', classes: 2 }));
    await store.upsertModel(modelRecord('unused', { file: 'models/u.onnx', classes: 1000 }));
    await store.upsertModel(modelRecord('unused old', { id: 'u1', file: 'models/x.onnx', classes: 2 }));
    await store.upsertModel(modelRecord('unused old', { id: 'u2', file: 'models/x.onnx', classes: 2 }));
    expect((await buildBoard(store, 'data-small')).models.map((model) => model.id)).toEqual(['changed', 'model-tiny', 'u2']);
  });

  it('takes the newest run’s data set, else the one added last, else none', async () => {
    await store.upsertDataset(datasetRecord('aaa'));
    expect((await buildBoard(store, null)).datasetId).toBe('data-aaa');
    await addRun('r', fp32Settings, right(20));
    expect((await buildBoard(store, null)).datasetId).toBe('data-small');
    expect((await buildBoard(store, 'nothing')).datasetId).toBeNull();
  });

  it('holds an integer run against the same quantisers in reference arithmetic, and nothing else', async () => {
    await addRun('fp32', fp32Settings, right(18));
    await addRun('other-seed', settings('Sqrt2_17', { seed: 1 }), right(2));
    await addRun('reference', settings('Sqrt2_17', { batch: 1 }), right(16));
    await addRun('integer', settings('Sqrt2_17', { arithmetic: 'integer' }), right(15));
    await addRun('alone', settings('Sqrt2_16', { arithmetic: 'integer', wBits: 3 }), right(14));
    const cells = (await buildBoard(store, null)).cells.filter((cell) => cell.run !== null);
    expect(cells.map((cell) => [cell.run?.id, cell.paired?.b ?? null, cell.counterpart?.b ?? null])).toEqual([
      ['fp32', null, null], ['reference', 'fp32', null], ['alone', 'fp32', null], ['integer', 'fp32', 'reference'],
    ]);
    expect(cells[3]?.counterpart).toMatchObject({ a: 'integer', difference: -5, lost: 1, gained: 0, images: 20 });
  });

  it('keeps a quantised network with an FP32 attention map apart from FP32', async () => {
    await addRun('fp32', fp32Settings, right(18));
    await addRun('isolated', settings('none'), right(16));
    const cells = (await buildBoard(store, null)).cells.filter((cell) => cell.scheme === 'none');
    expect(cells.map((cell) => [cell.arithmetic, cell.run?.id, cell.paired?.b])).toEqual([['fp32', 'fp32', undefined], ['reference', 'isolated', 'fp32']]);
  });
});

describe('published figures', () => {
  const published = readPublished(resolve('resources'));

  it('stand beside the seed’s models on ImageNet, as the page says', async () => {
    await store.upsertDataset(datasetRecord('imagenet', { labelSet: 'imagenet-1k' }));
    await store.upsertModel(modelRecord('deit_base_patch16_224', { classes: 1000 }));
    const board = await buildBoard(store, 'data-imagenet', published);
    expect(board.cells.map((cell) => [cell.scheme, cell.published])).toEqual([
      ['none', 81.8], ['Sqrt2_16', null], ['Sqrt2_17', 75.61], ['BitLog2_Single_16', null], ['BitLog2_Single_17', 75.482], ['BitLog2_Half_16', 75.554], ['BitLog2_Half_17', 75.836],
    ]);
    expect((await buildBoard(store, 'data-small', published)).cells.every((cell) => cell.published === null)).toBe(true);
  });

  it('name whose figure it is, and what the logs say beside it', async () => {
    await store.upsertDataset(datasetRecord('imagenet', { labelSet: 'imagenet-1k' }));
    await store.upsertModel(modelRecord('deit_base_patch16_224', { classes: 1000 }));
    const board = await buildBoard(store, 'data-imagenet', published);
    expect(board.cells.map((cell) => [cell.scheme, cell.publishedAs, cell.publishedLog])).toEqual([
      ['none', null, null], ['Sqrt2_16', null, 75.822], ['Sqrt2_17', 'RepQ-ViT', 75.72], ['BitLog2_Single_16', null, 75.458], ['BitLog2_Single_17', null, 75.482], ['BitLog2_Half_16', null, 75.594], ['BitLog2_Half_17', null, 75.836],
    ]);
  });

  it('record the page and the logs where they disagree', () => {
    expect(published.models.find((model) => model.name === 'DeiT-B')?.figures.get('BitLog2_Half_16')).toEqual({ page: 75.554, log: 75.594, as: null });
    expect(published.models.find((model) => model.name === 'ViT-S')?.figures.get('Sqrt2_17')).toEqual({ page: 65.05, log: 64.716, as: 'RepQ-ViT' });
  });

  it.each([
    ['vit_small_patch16_224.augreg_in21k_ft_in1k.onnx', 'ViT-S'], ['vit_small.onnx', 'ViT-S'], ['ViT_Base_patch16_224.safetensors', 'ViT-B'], ['deit_tiny_patch16_224.fb_in1k.onnx', 'DeiT-T'],
    ['deit_tiny_distilled_patch16_224.fb_in1k.onnx', null], ['vit_small_patch16_384.onnx', null], ['vit_small_patch16_224.augreg_in1k.onnx', null], ['deit3_small_patch16_224.onnx', null], ['swin_tiny.onnx', null],
  ])('%s is %s', (name, expected) => {
    const stem = name.replace(/\.(onnx|safetensors)$/, '');
    expect(published.models.find((model) => model.file.test(stem))?.name ?? null).toBe(expected);
  });

  it('do not stand beside other bits', async () => {
    await store.upsertDataset(datasetRecord('imagenet', { labelSet: 'imagenet-1k' }));
    await store.upsertModel(modelRecord('deit_tiny', { classes: 1000 }));
    const listId = await store.imageList(files, files.map(() => 0));
    await store.createRun(newRun('w8', listId, { modelId: 'model-deit_tiny', datasetId: 'data-imagenet', settings: settings('BitLog2_Half_17', { wBits: 8 }) }));
    const board = await buildBoard(store, 'data-imagenet', published);
    expect(board.cells.find((cell) => cell.scheme === 'BitLog2_Half_17')?.published).toBeNull();
    expect(board.cells.find((cell) => cell.scheme === 'BitLog2_Half_16')?.published).toBe(57.664);
  });
});

describe('ladders', () => {
  it('are the levels at a typical scale, ascending from zero', async () => {
    const { columns } = await buildBoard(store, null);
    expect(columns.map((column) => column.distinct)).toEqual([16, 17, 16, 17, 16, 17]);
    for (const { levels } of columns) {
      expect(levels[0]).toBe(0);
      expect(levels).toEqual([...levels].sort((a, b) => a - b));
      expect(levels.at(-1)).toBeGreaterThan(0.5);
      expect(levels.at(-1)).toBeLessThan(1.05);
    }
  });
});

it('pages predictions as the contract has them', async () => {
  await addRun('r', settings('Sqrt2_17'), right(15));
  const page = await predictionsPage(store, 'r', 14, 2);
  expect(page.total).toBe(20);
  expect(page.predictions).toEqual([14, 15].map((index) => ({ index, file: `val/a/${index}.png`, label: 0, top5: [index < 15 ? 0 : 1, 9], margin: 1 / (index + 1), correct: index < 15, mapDigest: predictionRow(index).mapDigest })));
});
