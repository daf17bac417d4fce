/** What `bitlog2 reproduce` asks the engine for and what it says, with an engine that answers from a table. */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import { modelFacts } from '../../src/engine/runtime/library/model-facts';
import { publishedRows, readPublished } from '../../src/engine/runtime/results/published';
import type { EvaluationSpec } from '../../src/shared/settings';
import { board, runRecord } from '../helpers/board-records';
import { faultReport, passedReport } from '../helpers/gate-reports';
import { cliRecord, type CliRecord, type EngineScript } from '../helpers/cli-environment';
import { datasetRecord, modelRecord } from '../helpers/store-records';

const facts = modelFacts(resolve('resources'));
const table = publishedRows(readPublished(resolve('resources')), new Map(facts.map(({ name, title }) => [name, title])));
const file = '/here/models/deit_base_patch16_224.fb_in1k.safetensors';
const model = { ...modelRecord('deit_base_patch16_224.fb_in1k'), file };
const dataset = { ...datasetRecord('imagenet'), labelSet: 'imagenet-1k', trainImages: 1_281_167, valImages: 50_000, ownTrain: true };
const half = { ...runRecord(model, 'BitLog2_Half_16', 75.2), top1Ci95: [74.8, 75.57] as [number, number], images: 50_000, total: 50_000 };

function script(change: EngineScript = {}, present = true): EngineScript {
  const summary = { file: '/here/w.bitlog2', models: [], datasets: [], runs: [] };
  return {
    'workspace.open': () => summary,
    'workspace.summary': () => ({ ...summary, models: [model] }),
    'published.table': () => table,
    'models.known': () => ({
      folder: '/here/models', models: facts.map((entry) => ({
        facts: entry, target: `/here/models/${entry.architecture}.${entry.tag}.safetensors`,
        state: present && entry.name === 'deit_base' ? { kind: 'present' as const, file, bytes: 1, tag: entry.tag, foreign: false, sha256: null, origin: null } : { kind: 'absent' as const, bytes: 0 },
      })),
    }),
    'dataset.add': () => dataset,
    'gate.check': () => passedReport(file),
    'evaluation.run': () => ({ state: 'done', runs: [{ run: half, parameters: {}, skipped: [] }], paired: [], failures: [] }),
    'report.data': () => ({ board: board(['tiny']), runs: [], pairs: [], workspace: '/here/w.bitlog2', engine: '1', created: 'now' }),
    ...change,
  };
}

async function run(args: readonly string[], engine = script(), files: Readonly<Record<string, string>> = {}): Promise<CliRecord & { code: number }> {
  const record = cliRecord(engine, files);
  return { ...record, code: await runCli(['reproduce', '--dataset', '/data', ...args], record.environment) };
}
const asked = ({ calls }: CliRecord): EvaluationSpec | undefined => calls.find(({ method }) => method === 'evaluation.run')?.params as EvaluationSpec | undefined;

describe('reproduce', () => {
  it('runs every model that is there as the published figures were made', async () => {
    const record = await run([]);
    expect(record.code).toBe(0);
    expect(asked(record)).toMatchObject({ models: [file], dataset: dataset.root, withFp32: true, wBits: 4, aBits: 4, arithmetic: 'reference', calibrationImages: 32, seeds: [0], batch: 1, limit: null, preprocess: 'auto', calibrationList: null, resume: false });
    expect(asked(record)?.schemes).toHaveLength(6);
  });

  it('says which models are missing, what each wants and how to get it, before anything runs', async () => {
    const { stderr } = await run([]);
    const missing = stderr().split('\n').filter((line) => line.includes('is not there'));
    expect(missing).toHaveLength(6);
    expect(missing[0]).toContain('vit_small_patch16_224.augreg_in21k_ft_in1k');
    expect(missing[0]).toContain('bitlog2 models get vit_small');
  });

  it('puts measured beside published, page and logs apart', async () => {
    const { stdout, written } = await run([]);
    const row = stdout().split('\n').find((line) => line.includes('75.20')) ?? '';
    expect(row.split(/ {2,}/).filter((cell) => cell !== '')).toEqual(['BitLog2_Half_16', '50000', '75.20', '74.80 to 75.57', '75.554', 'inside', '75.594', 'outside, above']);
    expect(stdout()).toContain('1 of 1 published figures lie inside the measured 95 % interval');
    expect(stdout()).toContain("the page says 75.554, the authors' logs 75.594");
    expect(stdout()).toContain('report: /here/w.report.html');
    expect(written.get('/here/w.report.html')).toContain('Measured beside published');
  });

  it('is one document with --json', async () => {
    const { stdout, stderr } = await run(['--json']);
    const document = JSON.parse(stdout()) as { models: { name: string; cells: { scheme: string }[] }[]; missing: { name: string }[]; published: object };
    expect(document.missing.map(({ name }) => name)).toHaveLength(6);
    expect(document.published).toEqual({ inside: 1, compared: 1 });
    expect(document.models.find(({ name }) => name === 'deit_base')?.cells.find(({ scheme }) => scheme === 'BitLog2_Half_16')).toMatchObject({ measured: { top1: 75.2, images: 50_000 }, published: 75.554, published_inside: true, log: 75.594, log_inside: false });
    expect(stderr()).toContain('report: /here/w.report.html');
  });

  it('hands its options on, and warns of what is not as published', async () => {
    const record = await run(['--limit', '1000', '--calib-batchsize', '8', '--arithmetic', 'integer', '--workers', '2', '--batch', '4', '--resume', '--labels', 'val.txt', '--log_quant_scheme', 'Sqrt2_17']);
    expect(asked(record)).toMatchObject({ limit: 1000, calibrationImages: 8, arithmetic: 'integer', workers: 2, batch: 4, resume: true, schemes: ['Sqrt2_17'] });
    expect(record.calls.find(({ method }) => method === 'dataset.add')?.params).toEqual({ root: '/data', labels: { file: '/here/val.txt', order: 'auto' } });
    for (const said of ['1,000 pictures', 'Calibrated on 8', 'integer arithmetic']) expect(record.stderr()).toContain(said);
  });

  it('runs only the models that are named, by name or by file', async () => {
    const named = await run(['--model', 'deit_base']);
    expect([asked(named)?.models, named.stderr().includes('is not there')]).toEqual([[file], false]);
    const own = '/else/swin_tiny.onnx';
    expect(asked(await run(['--model', own], script(), { [own]: 'x' }))?.models).toEqual([own]);
    expect((await run(['--model', '/else/mine.onnx'], script(), { '/else/mine.onnx': 'x' })).stderr()).toContain('does not say which of the seven models');
    expect((await run(['--model', 'vit_small'])).stderr()).toContain('is not in the workspace\'s model folder');
  });

  it.each([
    ['no model is there', script({ 'workspace.summary': () => ({ file: '/here/w.bitlog2', models: [], datasets: [], runs: [] }) }, false), 'None of the seven models is there'],
    ['the classes are others', script({ 'dataset.add': () => ({ ...dataset, labelSet: 'own' }) }), "classes are not ImageNet's"],
    ['the FP32 gate finds a fault', script({ 'gate.check': () => faultReport(file) }), 'Nothing was quantised'],
  ])('runs nothing when %s', async (_what, engine, said) => {
    const record = await run([], engine);
    expect([record.code, asked(record), record.stderr().includes(said), record.closed()]).toEqual([1, undefined, true, 1]);
  });

  it('goes past the gate when told to', async () => {
    const record = await run(['--no-gate'], script({ 'gate.check': () => faultReport(file) }));
    expect([record.code, asked(record)?.models]).toEqual([0, [file]]);
  });

  it('ends as an evaluation does: 130 when it was stopped, with the table so far', async () => {
    const record = await run([], script({ 'evaluation.run': () => ({ state: 'stopped', runs: [{ run: { ...half, state: 'stopped', images: 10 }, parameters: {}, skipped: [] }], paired: [], failures: [] }) }));
    expect(record.code).toBe(130);
    expect(record.stdout()).toContain('10 of 50000');
    expect(record.stdout()).toContain('is not complete');
  });
});
