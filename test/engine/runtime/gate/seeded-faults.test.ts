/** Faults that people have, seeded one by one into a set-up that is right; each must be named, and mended by what is offered. */
import { mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import type { Graph } from '../../../../src/engine/core/graph/types';
import { readModel } from '../../../../src/engine/core/onnx/read-model';
import type { GateQuestion, GateReport } from '../../../../src/shared/gate';
import { classFolders, devkitNumber, flatWithNumbers, saveModel, swapInputChannels } from '../../../helpers/gate-project';
import { halved } from '../../../helpers/halved';
import { smallEngine } from '../../../helpers/small-engine';
import { smallProject, smallSpec, type SmallProject } from '../../../helpers/small-project';
import { spreadHead, spreadLabels, spreadSampleVit } from '../../../helpers/spread-head';

// Thousands of passes: a busy machine may take its time.
vi.setConfig({ testTimeout: 600_000 });

let project: SmallProject;
let engine: Engine;
let model: string;
let folders: string;
beforeAll(() => {
  project = smallProject('seeded-faults');
  engine = smallEngine(project.path('work.bitlog2'), 2);
  mkdirSync(project.path('models'));
  model = saveModel(project.path('models', 'spread.onnx'), spreadSampleVit());
  folders = classFolders(project.path('folders'));
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

const right = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], cropPct: 1, interpolation: 'bicubic' } as const;
const asSet = { ...right, mean: [...right.mean] as [number, number, number], std: [...right.std] as [number, number, number] };

function check(change: Partial<GateQuestion>): Promise<GateReport> {
  return engine.call('gate.check', { model, dataset: folders, preprocess: 'auto', ...change });
}

/** With what the report offers a run measures what the network is worth. */
async function mends(report: GateReport, question: Partial<GateQuestion>): Promise<void> {
  const { preprocess = null, labelMap = null } = report.fix ?? {};
  const change = { ...question, ...(preprocess === null ? {} : { preprocess }), ...(labelMap === null ? {} : { labelMap }) };
  const { model: file = model, dataset = folders, seed: _seed, again: _again, ...rest } = change;
  const { runs } = await engine.call('evaluation.run', { ...smallSpec([file], dataset, { preprocess: 'auto', ...rest, schemes: [], limit: 100 }), workers: 2 });
  expect(runs[0]?.run.top1).toBeGreaterThan(80);
}

const sampleVit = (): Graph => readModel(new Uint8Array(readFileSync('resources/sample/models/fashion_vit.onnx')));
const kinds = (report: GateReport): string[] => report.findings.map(({ kind }) => kind);

describe('seeded faults', () => {
  it('nothing: class folders under WordNet ids', async () => {
    const report = await check({});
    expect(report).toMatchObject({ state: 'passed', images: 200, findings: [], remarks: [], fix: null });
    expect(report.evidence[0]).toMatchObject({ axis: 'now', verdict: 'now', images: 200 });
    expect(report.evidence[0]?.top1).toBeGreaterThan(84);
  });

  it('label order: the development kit\'s numbers taken for sorted ones', async () => {
    const dataset = flatWithNumbers(project.path('flat-devkit'), devkitNumber);
    const labels = { file: null, order: 'sorted-from-0' } as const;
    const report = await check({ dataset, labels });
    expect(report.findings).toEqual([{ kind: 'label-order', labelMap: 'devkit-to-sorted-from-1' }]);
    expect(report.evidence[0]?.top1).toBe(0);
    await mends(report, { dataset, labels });
    // With it the gate has nothing more to say.
    expect(await check({ dataset, labels, labelMap: 'devkit-to-sorted-from-1' })).toMatchObject({ state: 'passed', findings: [], fix: null });
  });

  it('label order: sorted labels taken for the development kit\'s', async () => {
    const dataset = flatWithNumbers(project.path('flat-sorted'), (label) => label + 1);
    const labels = { file: null, order: 'devkit' } as const;
    const report = await check({ dataset, labels });
    expect(report.findings).toEqual([{ kind: 'label-order', labelMap: 'sorted-to-devkit' }]);
    await mends(report, { dataset, labels });
  });

  it('off by one: labels counted from 1', async () => {
    const dataset = flatWithNumbers(project.path('flat-from-1'), (label) => label + 1);
    const report = await check({ dataset });
    expect(report.findings).toEqual([{ kind: 'off-by-one', labelMap: 'minus-one' }]);
    await mends(report, { dataset });
  });

  it('BGR: a network that wants blue first', async () => {
    const swapped = saveModel(project.path('models', 'bgr.onnx'), swapInputChannels(spreadSampleVit()));
    const report = await check({ model: swapped });
    expect(report.findings).toEqual([{ kind: 'channels', from: asSet, to: { ...asSet, channels: 'bgr' } }]);
    await mends(report, { model: swapped });
  });

  it('wrong norm: ImageNet\'s mean and std', async () => {
    const question = { preprocess: { ...asSet, mean: [0.485, 0.456, 0.406] as [number, number, number], std: [0.229, 0.224, 0.225] as [number, number, number] } };
    const report = await check(question);
    expect(report.findings).toEqual([{ kind: 'normalisation', from: question.preprocess, to: asSet }]);
    await mends(report, question);
  });

  it('wrong crop: 0.875 of the picture', async () => {
    const cropPct = 0.875;
    const report = await check({ preprocess: { ...asSet, cropPct } });
    expect(kinds(report)).toEqual(['crop']);
    expect(report.fix).toMatchObject({ labelMap: null, preprocess: { cropPct: 1 } });
  });

  it('a shuffled list of labels', async () => {
    const dataset = flatWithNumbers(project.path('flat-shuffled'), (label) => label, true);
    const report = await check({ dataset });
    expect(kinds(report)).toEqual(['shuffled']);
    expect(report).toMatchObject({ state: 'fault', fix: null });
    // The network is sure of what it says: these pictures and names are shown.
    expect(report.pictures).toHaveLength(6);
    expect(report.pictures.every(({ label, predicted, confidence }) => label !== predicted && confidence > 80)).toBe(true);
  });

  it('an order of classes that nobody knows', async () => {
    const file = saveModel(project.path('models', 'unknown.onnx'), spreadHead(sampleVit(), [3, 141, 59, 26, 535, 897, 93, 238, 46, 264]));
    const report = await check({ model: file });
    expect(kinds(report)).toEqual(['unknown-order']);
  });

  it('FP16 weights are said and stop nothing', async () => {
    const half = saveModel(project.path('models', 'half.onnx'), halved(spreadSampleVit()));
    expect(await check({ model: half })).toMatchObject({ state: 'passed', findings: [], remarks: [{ kind: 'fp16' }] });
  });

  it('two faults at once: labels counted from 1, and blue first', async () => {
    const dataset = flatWithNumbers(project.path('flat-both'), (label) => label + 1);
    const swapped = project.path('models', 'bgr.onnx');
    const report = await check({ dataset, model: swapped });
    expect(kinds(report)).toEqual(['off-by-one', 'channels']);
    await mends(report, { dataset, model: swapped });
  });

  it('two faults at once: the wrong order of labels on input that cannot be read', async () => {
    const question = { dataset: project.path('flat-devkit'), labels: { file: null, order: 'sorted-from-0' } as const, preprocess: { ...asSet, mean: [0, 0, 0] as [number, number, number], std: [1 / 255, 1 / 255, 1 / 255] as [number, number, number] } };
    const report = await check(question);
    expect(kinds(report)).toEqual(['label-order', 'normalisation']);
    await mends(report, question);
  });

  it('1,001 outputs with a background class in front', async () => {
    const file = saveModel(project.path('models', 'background.onnx'), spreadHead(sampleVit(), spreadLabels.map((label) => label + 1), 1001));
    const report = await check({ model: file });
    expect(report.findings).toEqual([{ kind: 'outputs', outputs: 1001, wanted: 1000, labelMap: 'plus-one' }]);
    await mends(report, { model: file });
  });

  it('outputs that are not the classes', async () => {
    const many = saveModel(project.path('models', 'many.onnx'), spreadHead(sampleVit(), [2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008, 2009], 21_843));
    expect((await check({ model: many })).findings).toEqual([{ kind: 'outputs', outputs: 21_843, wanted: 1000, labelMap: null }]);
  });
});
