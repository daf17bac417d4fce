/** Truth and answer of every prediction bear the right names, however labels and outputs are numbered. */
import { mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import { readModel } from '../../../../src/engine/core/onnx/read-model';
import { imagenetClasses } from '../../../../src/engine/runtime/datasets/imagenet-class-list';
import { at } from '../../../../src/shared/at';
import type { EvaluationSpec } from '../../../../src/shared/settings';
import { classFolders, devkitNumber, flatWithNumbers, saveModel } from '../../../helpers/gate-project';
import { smallEngine } from '../../../helpers/small-engine';
import { smallProject, smallSpec, type SmallProject } from '../../../helpers/small-project';
import { spreadClasses, spreadHead, spreadLabels, spreadSampleVit } from '../../../helpers/spread-head';

// Six imports of a model on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

let project: SmallProject;
let engine: Engine;
let plain: string;
beforeAll(() => {
  project = smallProject('class-names');
  engine = smallEngine(project.path('work.bitlog2'));
  mkdirSync(project.path('models'));
  plain = saveModel(project.path('models', 'spread.onnx'), spreadSampleVit());
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

const nameOf = (id: string): string => imagenetClasses.list[imagenetClasses.labelOf(id)]?.name ?? '';
const sampleVit = readModel(new Uint8Array(readFileSync('resources/sample/models/fashion_vit.onnx')));
/** A file lies in the folder of its WordNet id, or has the sample's class in its own name. */
const truth = (file: string): string => nameOf(spreadClasses.find(([folder, id]) => file.includes(id) || file.includes(`/${folder}_`))?.[1] ?? '');

/** Names of label and answer of each prediction, with its file. */
async function named(model: string, dataset: string, change: Partial<EvaluationSpec> = {}): Promise<{ file: string; label: string | null; answer: string | null; correct: boolean }[]> {
  const { runs } = await engine.call('evaluation.run', smallSpec([model], dataset, { preprocess: 'auto', schemes: [], limit: 40, ...change }));
  const runId = at(runs, 0).run.id;
  const { names } = await engine.call('run.classNames', { runId });
  const { predictions } = await engine.call('run.predictions', { runId, offset: 0, count: 100 });
  expect(predictions).toHaveLength(40);
  return predictions.map(({ file, label, top5, correct }) => ({ file, label: names[label] ?? null, answer: names[top5[0] ?? -1] ?? null, correct }));
}

const known = new Set(spreadClasses.map(([, id]) => nameOf(id)));

async function right(model: string, dataset: string, change: Partial<EvaluationSpec> = {}): Promise<void> {
  const rows = await named(model, dataset, change);
  for (const { file, label, answer, correct } of rows) {
    expect([file, label]).toEqual([file, truth(file)]);
    // The network knows nothing but these ten.
    expect([file, known.has(answer ?? ''), answer === label]).toEqual([file, true, correct]);
  }
  expect(rows.filter(({ correct }) => correct).length).toBeGreaterThan(24);
}

describe('names of a run\'s classes', () => {
  it('on ten classes of the thousand, by WordNet id', () => right(plain, classFolders(project.path('folders'))));

  it('with a background class in front', () => right(saveModel(project.path('models', 'background.onnx'), spreadHead(sampleVit, spreadLabels.map((label) => label + 1), 1001)), project.path('folders'), { labelMap: 'plus-one' }));

  it('with one output per folder', async () => {
    // The folders sort otherwise than the network's own classes.
    const order = [...spreadClasses].map(([, id]) => id).sort();
    const model = spreadHead(sampleVit, spreadClasses.map(([, id]) => order.indexOf(id)), 10);
    await right(saveModel(project.path('models', 'ten.onnx'), model), project.path('folders'), { labelMap: 'by-position' });
  });

  it('with outputs in the development kit\'s order', () => right(saveModel(project.path('models', 'devkit.onnx'), spreadHead(sampleVit, spreadLabels.map((label) => devkitNumber(label) - 1))), project.path('folders'), { labelMap: 'sorted-to-devkit' }));

  it('with labels that were read wrongly out of a file', () => right(plain, flatWithNumbers(project.path('flat'), devkitNumber), { labels: { file: null, order: 'sorted-from-0' }, labelMap: 'devkit-to-sorted-from-1' }));

  it('with folders that have the model\'s own names, in another order', async () => {
    const rows = await named('resources/sample/models/fashion_vit.onnx', 'resources/sample/images', { labelMap: 'by-model-classes' });
    for (const { file, label, answer, correct } of rows) expect([file.split('/')[1], answer === label]).toEqual([label, correct]);
  });
});
