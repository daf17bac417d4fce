/** The published table measured again: which runs count, where a figure lies, and what is said about it. */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelFacts } from '../../src/engine/runtime/library/model-facts';
import { publishedRows, readPublished } from '../../src/engine/runtime/results/published';
import type { KnownModels } from '../../src/shared/known-models';
import type { DatasetRecord, ModelRecord, RunRecord } from '../../src/shared/records';
import { reproductionDefaults, reproductionOf, reproductionSpec, seedOfFile, seedPlaces, verdictOf } from '../../src/shared/reproduction';
import { isWarning, remarkSentence } from '../../src/shared/reproduction-remarks';
import { seedModels } from '../../src/shared/seed-models';

const facts = modelFacts(resolve('resources'));
const table = publishedRows(readPublished(resolve('resources')), new Map(facts.map(({ name, title }) => [name, title])));
const preprocessOf = (name: string) => table.models.find((row) => row.name === name)?.preprocess;

/** A model folder with these files. */
function folder(files: Readonly<Record<string, string | null>>): KnownModels {
  return {
    folder: '/m', models: facts.map((entry) => {
      const tag = files[entry.name];
      return {
        facts: entry, target: `/m/${entry.architecture}.${entry.tag}.safetensors`,
        state: tag === undefined ? { kind: 'absent', bytes: 0 } : { kind: 'present', file: `/m/${entry.architecture}${tag === null ? '' : `.${tag}`}.onnx`, bytes: 1, tag, foreign: tag !== null && tag !== entry.tag, sha256: null, origin: null },
      };
    }),
  };
}

const model = (id: string, file: string): ModelRecord => ({ id, name: id, file, hash: id, family: 'vit', parameters: 1, inputSize: 224, classes: 1000, blocks: [], notes: [] });
const imagenet: DatasetRecord = { id: 'd', name: 'ImageNet', root: '/imagenet', layout: 'imagenet-folders', labelSet: 'imagenet-1k', hash: 'h', classes: [], trainImages: 1_281_167, valImages: 50_000, ownTrain: true, notes: [] };

function run(id: string, modelId: string, scheme: RunRecord['settings']['scheme'], top1: number, change: Partial<RunRecord['settings']> = {}): RunRecord {
  const fp32 = scheme === 'none';
  return {
    id, modelId, modelName: 'called otherwise', datasetId: 'd', state: 'done', images: 50_000, total: 50_000, skipped: 0, top1, top5: 90, top1Ci95: [top1 - 0.4, top1 + 0.4], loss: 1, seconds: { calibration: 1, evaluation: 1 }, created: '', failure: null, exact: null, fallbacks: [],
    settings: { scheme, wBits: fp32 ? 32 : 4, aBits: fp32 ? 32 : 4, arithmetic: fp32 ? 'fp32' : 'reference', calibrationImages: 32, seed: 0, batch: 1, limit: null, preprocess: preprocessOf('deit_base') ?? { mean: [0, 0, 0], std: [1, 1, 1], cropPct: 1, interpolation: 'bicubic' }, calibrationList: null, imageList: null, ...change },
  };
}

const base = model('b', '/m/deit_base_patch16_224.fb_in1k.onnx');
const parts = (runs: readonly RunRecord[], change: Partial<Parameters<typeof reproductionOf>[0]> = {}) => ({ table, places: seedPlaces(folder({ deit_base: 'fb_in1k' }), [base]).filter(({ name }) => name === 'deit_base'), dataset: imagenet, models: [base], runs, choices: reproductionDefaults, ...change });
const kinds = (runs: readonly RunRecord[], change: Partial<Parameters<typeof reproductionOf>[0]> = {}) => reproductionOf(parts(runs, change)).remarks.filter(isWarning).map(({ kind }) => kind);

describe('files', () => {
  it.each([
    ['/a/deit_small_patch16_224.fb_in1k.onnx', 'deit_small', 'fb_in1k'],
    ['C:\\m\\ViT_Base_Patch16_224.safetensors', 'vit_base', null],
    ['/hub/swin_tiny_patch4_window7_224.ms_in1k/model.safetensors', 'swin_tiny', 'ms_in1k'],
    ['/a/swin_small.onnx', 'swin_small', null],
    ['/a/vit_small_patch16_224.augreg_in1k.onnx', 'vit_small', 'augreg_in1k'],
  ])('%s', (file, name, tag) => {
    expect(seedOfFile(file)).toMatchObject({ model: { name }, tag });
  });

  it.each(['/a/deit_small_distilled_patch16_224.fb_in1k.onnx', '/a/vit_small_patch32_224.onnx', '/a/model.safetensors', ''])('%s is none of the seven', (file) => {
    expect(seedOfFile(file)).toBeNull();
  });

  it('come from the model folder first, then from the workspace; doubts about weights are kept', () => {
    const places = seedPlaces(folder({ vit_small: null, deit_tiny: 'other', deit_base: 'fb_in1k' }), [model('x', '/else/swin_tiny.onnx'), model('y', '/else/deit_base.onnx')]);
    expect(places.map(({ name, file, doubt }) => [name, file, doubt?.kind ?? null])).toEqual([
      ['vit_small', '/m/vit_small_patch16_224.onnx', 'unsaid'], ['vit_base', null, null], ['deit_tiny', '/m/deit_tiny_patch16_224.other.onnx', 'other'], ['deit_small', null, null],
      ['deit_base', '/m/deit_base_patch16_224.fb_in1k.onnx', null], ['swin_tiny', '/else/swin_tiny.onnx', 'unsaid'], ['swin_small', null, null],
    ]);
  });
});

describe('verdicts', () => {
  it.each([[75.554, 'inside'], [75.2, 'inside'], [76, 'inside'], [75.19, 'below'], [76.01, 'above']] as const)('%d against 75.2 to 76 lies %s', (figure, verdict) => {
    expect(verdictOf({ top1Ci95: [75.2, 76] }, figure)).toBe(verdict);
  });

  it('need both', () => {
    expect([verdictOf(null, 1), verdictOf({ top1Ci95: null }, 1), verdictOf({ top1Ci95: [0, 1] }, null)]).toEqual([null, null, null]);
  });
});

describe('the table', () => {
  it('compares the page, the logs where they differ, and counts', () => {
    const { models, page, logs } = reproductionOf(parts([run('1', 'b', 'none', 81.8), run('2', 'b', 'BitLog2_Half_16', 75.17), run('3', 'b', 'Sqrt2_16', 75.9), run('4', 'b', 'Sqrt2_17', 75.2)]));
    expect(models.map(({ title }) => title)).toEqual(['DeiT-B']);
    const cells = new Map(models[0]?.cells.map((cell) => [cell.scheme, cell]));
    expect(cells.get('none')).toMatchObject({ page: 'inside', log: null });
    // 75.554 by the page, 75.594 by the logs: the interval ends between them.
    expect(cells.get('BitLog2_Half_16')).toMatchObject({ published: { page: 75.554, log: 75.594 }, page: 'inside', log: 'above' });
    expect(cells.get('Sqrt2_16')).toMatchObject({ published: { page: null, log: 75.822 }, page: null, log: 'inside' });
    expect(cells.get('Sqrt2_17')).toMatchObject({ published: { page: 75.61, as: 'RepQ-ViT', log: 75.72 }, page: 'above', log: 'above' });
    expect(cells.get('BitLog2_Single_17')).toMatchObject({ run: null, page: null });
    expect([page, logs]).toEqual([{ inside: 2, compared: 3 }, { inside: 1, compared: 1 }]);
  });

  it('takes the last run of a cell, by the model and not by what it is called, with the published bits only', () => {
    const { models } = reproductionOf(parts([run('old', 'b', 'BitLog2_Half_17', 70), run('new', 'b', 'BitLog2_Half_17', 75.8), run('bits', 'b', 'BitLog2_Half_17', 80, { wBits: 8, aBits: 8 }), run('other', 'z', 'BitLog2_Half_17', 60)]));
    expect(models[0]?.cells.find(({ scheme }) => scheme === 'BitLog2_Half_17')?.run?.id).toBe('new');
  });
});

describe('remarks', () => {
  const measured = [run('1', 'b', 'none', 81.8), run('2', 'b', 'BitLog2_Half_17', 75.8)];

  it('are none on the whole ImageNet with the reference’s own draw; those on the figures themselves stay', () => {
    expect(kinds(measured)).toEqual([]);
    expect(reproductionOf(parts(measured)).remarks.map(({ kind }) => kind)).toEqual(['takenFrom', 'logDiffers', 'logOnly']);
  });

  it.each([
    ['a train split of another size', measured, { dataset: { ...imagenet, trainImages: 1000 } }, ['otherTrain']],
    ['no train split', measured, { dataset: { ...imagenet, trainImages: 50_000, ownTrain: false } }, ['noTrain']],
    ['classes of its own', measured, { dataset: { ...imagenet, labelSet: 'own' } }, ['notImagenet']],
    ['fewer pictures', measured.map((one) => ({ ...one, total: 100, images: 100 })), {}, ['otherImages']],
    ['a limit, before anything ran', [], { choices: { ...reproductionDefaults, limit: 5 } }, ['otherImages']],
    ['another number of calibration pictures', [run('1', 'b', 'Sqrt2_17', 75, { calibrationImages: 8 })], {}, ['otherDraw']],
    ['another seed', [run('1', 'b', 'Sqrt2_17', 75, { seed: 1 })], {}, ['otherDraw']],
    ['integers', [run('1', 'b', 'Sqrt2_17', 75, { arithmetic: 'integer' })], {}, ['integer']],
    ['other preprocessing', [run('1', 'b', 'Sqrt2_17', 75, { preprocess: { ...run('0', 'b', 'none', 1).settings.preprocess, cropPct: 0.9 } })], {}, ['preprocess']],
    ['a run that goes on', [{ ...run('1', 'b', 'Sqrt2_17', 75), state: 'running' as const }], {}, ['unfinished']],
    ['other weights', measured, { places: seedPlaces(folder({ deit_base: 'mine' }), []).filter(({ name }) => name === 'deit_base') }, ['otherWeights']],
    ['weights that no name says', measured, { places: seedPlaces(folder({ deit_base: null }), []).filter(({ name }) => name === 'deit_base') }, ['unsaidWeights']],
    ['a model that is missing', [], { places: seedPlaces(folder({}), []).filter(({ name }) => name === 'deit_base') }, ['missing']],
  ])('%s', (_what, runs, change, expected) => {
    expect(kinds(runs, change)).toEqual(expected);
  });

  it('are sentences', () => {
    const all = reproductionOf(parts([], { places: seedPlaces(folder({}), []) })).remarks;
    expect(all.map(remarkSentence).find((text) => text.startsWith('DeiT-B B'))).toBe("DeiT-B BitLog2_Half_16: the page says 75.554, the authors' logs 75.594. The page's figure is compared.");
    expect(remarkSentence(all[0] ?? { kind: 'integer' })).toContain('bitlog2 models get vit_small');
  });
});

describe('the job', () => {
  it('is W4A4, FP32 and all schemes, on the reference’s draw, with the labels that were chosen', () => {
    const labels = { file: '/val.txt', order: 'sorted-from-0' as const };
    expect(reproductionSpec(['/a.onnx'], { ...imagenet, labels }, table, reproductionDefaults)).toMatchObject({ models: ['/a.onnx'], dataset: '/imagenet', labels, withFp32: true, wBits: 4, aBits: 4, calibrationImages: 32, seeds: [0], limit: null, preprocess: 'auto', calibrationList: null });
    expect(table.models.map(({ name }) => name)).toEqual(seedModels.map(({ name }) => name));
  });
});
