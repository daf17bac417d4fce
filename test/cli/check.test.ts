import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { runCli } from '../../src/cli/program';
import { findingText } from '../../src/cli/gate-text';
import { gateFindingSchema, gateQuestionSchema } from '../../src/shared/gate';
import { cliRecord, type EngineScript } from '../helpers/cli-environment';
import { faultReport, passedReport } from '../helpers/gate-reports';

const files = { '/here/a.onnx': 'x', '/here/b.onnx': 'x' };
const summary = { file: '/data/default.bitlog2', models: [], datasets: [], runs: [] };
const base = ['check', '--model', 'a.onnx', '--dataset', 'images'];
const script = (answer: EngineScript['gate.check']): EngineScript => ({ 'workspace.open': () => summary, ...(answer === undefined ? {} : { 'gate.check': answer }) });

describe('check', () => {
  it('exits 0 when all is well and says what it looked at', async () => {
    const record = cliRecord(script(({ model }) => passedReport(model)), files);
    expect(await runCli([...base, '--model', 'a.onnx,b.onnx'], record.environment)).toBe(0);
    expect(record.stdout()).toContain('tiny on Small ImageNet: passed (200 images)');
    expect(record.stdout()).toContain('pixels:  {"mean":[0.485,0.456,0.406],"std":[0.229,0.224,0.225],"crop_pct":0.9,"interpolation":"bicubic"}, preset swin, by the file\'s name\n');
    expect(record.stdout()).not.toContain('labels:  ');
    expect(record.stdout()).toContain('88.60 % by tiny.md, which the measurement agrees with');
    for (const { params } of record.calls.filter(({ method }) => method === 'gate.check')) v.parse(gateQuestionSchema, params);
    expect(record.closed()).toBe(1);
  });

  it('exits 1 at a fault, with the evidence and the options that mend it', async () => {
    const record = cliRecord(script(({ model }) => faultReport(model)), files);
    expect(await runCli([...base, '--seed', '0,1', '--again', '--labels', 'val.txt'], record.environment)).toBe(1);
    expect(record.calls.filter(({ method }) => method === 'gate.check').map(({ params }) => params)).toMatchObject([0, 1].map((seed) => ({ seed, again: true, labels: { file: '/here/val.txt', order: 'auto' } })));
    for (const text of ['FAULT', 'off by one: output = label - 1', 'it is given of ImageNet, it fits 0.5 (-1..1)', 'FP16 weights', '--label-map minus-one', 'same pixels']) expect(record.stdout()).toContain(text);
  });

  it('names the order of labels in use', async () => {
    const record = cliRecord(script(({ model }) => passedReport(model, { labelMap: 'plus-one' })), files);
    expect(await runCli([...base, '--label-map', 'plus-one'], record.environment)).toBe(0);
    expect(record.stdout()).toContain('labels:  plus-one: output = label + 1\n');
  });

  it('prints one JSON document', async () => {
    const record = cliRecord(script(({ model }) => faultReport(model)), files);
    expect(await runCli([...base, '--json'], record.environment)).toBe(1);
    expect(JSON.parse(record.stdout())).toEqual({ ok: false, checks: [faultReport('/here/a.onnx')] });
  });

  it('refuses an order of labels that there is not', async () => {
    const record = cliRecord(script(undefined), files);
    expect(await runCli([...base, '--label-map', 'sideways'], record.environment)).toBe(2);
    expect(record.stderr()).toContain('devkit-to-sorted');
  });

  it('has a sentence for every fault', () => {
    const { preprocess } = passedReport();
    const chance = { top1: 0.5, chance: 0.1, confidence: 71 };
    const findings = [
      { kind: 'label-order', labelMap: 'by-class-name' }, { kind: 'outputs', outputs: 1001, wanted: 1000, labelMap: 'plus-one' }, { kind: 'outputs', outputs: 21843, wanted: 1000, labelMap: null },
      { kind: 'channels', from: preprocess, to: { ...preprocess, channels: 'bgr' } }, { kind: 'crop', from: preprocess, to: { ...preprocess, cropPct: 1, resize: 'squash' } }, { kind: 'interpolation', from: preprocess, to: { ...preprocess, interpolation: 'bilinear' } },
      { kind: 'shuffled', ...chance }, { kind: 'unknown-order', ...chance }, { kind: 'untrained', ...chance }, { kind: 'below-expected', expected: 79.85, source: 'the published table', interval: [61, 74] },
      { kind: 'duplicates', count: 20, files: ['a', 'b'] }, { kind: 'broken', count: 9, files: ['c'] },
    ].map((finding) => findingText(v.parse(gateFindingSchema, finding)));
    expect(new Set(findings).size).toBe(findings.length);
    expect(findings.join(' ')).not.toMatch(/undefined|NaN|object/);
  });
});
