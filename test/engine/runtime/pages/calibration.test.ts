/**
 * What the calibration page is told is what the workspace holds, and a redraw is what a run of that seed would have found. Long, because all questions
 * are asked of one workspace, which takes longer to evaluate than they do to answer.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import { calibrationDraw } from '../../../../src/engine/core/random/calibration-draw';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { StoredCalibration } from '../../../../src/engine/runtime/store/store-types';
import { median, uniformRange } from '../../../../src/shared/calibration';
import type { RunRecord } from '../../../../src/shared/records';
import { failureKind } from '../../../helpers/failure-of';
import { smallEngine } from '../../../helpers/small-engine';
import { picture, smallProject, smallSpec, smallSwin, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('calibration');
const workspace = project.path('calibration.bitlog2');
let engine: Engine;
let dataset: string;
let model: string;
let runs: RunRecord[];

beforeAll(async () => {
  dataset = project.pictures('data/val', 12).replace(/\/val$/, '');
  project.pictures('data/train', 24, 9);
  model = project.model('vit.onnx', smallVit());
  engine = smallEngine(workspace);
  const result = await engine.call('evaluation.run', smallSpec([model], dataset, { seeds: [0, 1] }));
  runs = result.runs.map(({ run }) => run);
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

const runOf = (scheme: string, seed: number): string => runs.find(({ settings }) => settings.scheme === scheme && settings.seed === seed)?.id ?? '';

/** What the workspace holds, read by somebody else while the engine has it not. */
async function stored<T>(read: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>): Promise<T> {
  await engine.call('workspace.open', { file: project.path('other.bitlog2') });
  const store = await openStore(workspace);
  try {
    return await read(store);
  } finally {
    await store.close();
    await engine.call('workspace.open', { file: workspace });
  }
}

describe('calibration.get', () => {
  it('names the pictures of the reference draw, with their class', async () => {
    const calibration = await engine.call('calibration.get', { runId: runOf('Sqrt2_17', 1) });
    expect(calibration).toMatchObject({ state: 'calibrated', source: 'draw', seed: 1, available: 24, bits: { weights: 4, activations: 4 }, picturesFailure: null });
    expect(calibration.seconds).toBeGreaterThan(0);
    // Data-set order: class folders by name, four pictures each.
    const classes = ['anvil', 'basket', 'candle', 'drum', 'easel', 'flute'];
    const expected = calibrationDraw(24, 8, 1).map((index) => ({ file: `train/${classes[Math.floor(index / 4)] ?? ''}/000${index % 4}.png`, label: Math.floor(index / 4), state: 'used' }));
    expect(calibration.pictures).toMatchObject(expected);
  });

  it('gives every stored parameter, and the values that its codes stand for', async () => {
    const runId = runOf('BitLog2_Half_17', 0);
    const { operands, reparameterisations } = await engine.call('calibration.get', { runId });
    const kept = await stored(async (store) => store.calibration(runId)) as StoredCalibration;
    expect(operands.map(({ site, operand }) => `${site}:${operand}`)).toEqual(Object.entries(kept.parameters).flatMap(([site, fields]) => Object.keys(fields).map((field) => `${site}:${field}`)));
    for (const { site, operand, bits, scheme, delta, zeroPoint, low, high } of operands) {
      const parameters = kept.parameters[site]?.[operand];
      expect(delta).toEqual(parameters?.delta);
      if (operand === 'A' && site.endsWith('matmul2')) {
        expect({ scheme, bits, zeroPoint, low }).toEqual({ scheme: 'BitLog2_Half_17', bits: 4, zeroPoint: null, low: 0 });
        // The largest level of Half_17 is 256; what it stands for is that over an integer delta, in float32.
        expect(high).toBe(Math.fround(256 / (delta[0] ?? 0)));
        continue;
      }
      expect(zeroPoint).toEqual(parameters?.zero_point);
      const ranges = delta.map((step, channel) => uniformRange(bits, step, zeroPoint?.[channel] ?? 0));
      expect([low, high]).toEqual([Math.min(...ranges.map(([least]) => least)), Math.max(...ranges.map(([, most]) => most))]);
      expect(bits).toBe(site.startsWith('patch_embed') && operand === 'input' ? 8 : 4);
    }
    expect(reparameterisations).toHaveLength(6);
    for (const { site, factor, delta } of reparameterisations) {
      const common = kept.parameters[site]?.['input']?.delta[0] ?? 0;
      expect(factor).toEqual(delta.map((channel) => Math.fround(channel / common)));
      expect(factor.reduce((sum, r) => sum + r, 0) / factor.length).toBeCloseTo(1, 5);
    }
  });

  it('has nothing of an FP32 run, and says so', async () => {
    expect(await engine.call('calibration.get', { runId: runOf('none', 0) })).toMatchObject({ state: 'float', pictures: [], operands: [], reparameterisations: [], digest: '' });
    expect(await engine.call('calibration.draws', { runId: runOf('none', 0) })).toEqual({ runId: runOf('none', 0), draws: [], operands: [] });
    expect(await failureKind(engine.call('calibration.redraw', { runId: runOf('none', 0), seeds: [1] }))).toBe('settings');
    expect(await failureKind(engine.call('calibration.get', { runId: 'nobody' }))).toBe('not-found');
  });

  it('shows pictures as the network sees them', async () => {
    const runId = runOf('Sqrt2_17', 0);
    const { pictures } = await engine.call('calibration.get', { runId });
    const shown = await engine.call('calibration.picture', { runId, position: 3 });
    expect([shown.width, shown.height, shown.data.length]).toEqual([32, 32, 32 * 32 * 3]);
    expect(await failureKind(engine.call('calibration.picture', { runId, position: 8 }))).toBe('not-found');
    // The same file, found as a candidate: the same pixels.
    const { pictures: all, total } = await engine.call('calibration.candidates', { datasetId: runs[0]?.datasetId ?? '', offset: 0, count: 1000, search: '' });
    expect([total, all.length]).toEqual([24, 24]);
    const index = all.find(({ file }) => file === pictures?.[3]?.file)?.index ?? -1;
    expect((await engine.call('calibration.candidate', { runId, index })).data).toEqual(shown.data);
  });
});

describe('calibration.candidates', () => {
  it('finds by class and by file, in pages', async () => {
    const datasetId = runs[0]?.datasetId ?? '';
    const find = (search: string, offset = 0, count = 100) => engine.call('calibration.candidates', { datasetId, offset, count, search });
    expect((await find('DRUM')).pictures.map(({ file, label }) => [file, label])).toEqual([0, 1, 2, 3].map((name) => [`train/drum/000${name}.png`, 3]));
    expect((await find('0002')).pictures.map(({ label }) => label)).toEqual([0, 1, 2, 3, 4, 5]);
    const page = await find('0002', 4, 10);
    expect([page.total, page.pictures.map(({ label }) => label)]).toEqual([6, [4, 5]]);
    expect(await find('nothing like it')).toEqual({ total: 0, pictures: [] });
    expect(await find('', 100, 10)).toEqual({ total: 24, pictures: [] });
    expect(await failureKind(engine.call('calibration.candidates', { datasetId: 'elsewhere', offset: 0, count: 1, search: '' }))).toBe('not-found');
  });
});

describe('calibration.redraw and calibration.draws', () => {
  it('finds with the run’s own seed exactly the run’s parameters, and with another seed those of its run', async () => {
    const steps: number[] = [];
    const runId = runOf('Sqrt2_17', 0);
    const { state, draws } = await engine.call('calibration.redraw', { runId, seeds: [0, 1, 2] }, { onEvent: ({ done, total }) => { steps.push(done / total); } });
    expect(state).toBe('done');
    const digests = await Promise.all([0, 1].map(async (seed) => (await engine.call('calibration.get', { runId: runOf('Sqrt2_17', seed) })).digest));
    expect(draws.map(({ seed, digest }) => [seed, digest])).toEqual([[0, digests[0]], [1, digests[1]], [2, expect.stringMatching(/^[0-9a-f]{64}$/)]]);
    expect(new Set(draws.map(({ digest }) => digest)).size).toBe(3);
    expect(steps.at(-1)).toBe(1);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
  });

  it('lists runs and redraws by seed, each with the middle of every quantiser', async () => {
    const runId = runOf('Sqrt2_17', 0);
    await engine.call('calibration.redraw', { runId, seeds: [1, 2] });
    const { draws, operands } = await engine.call('calibration.draws', { runId });
    expect(draws.map(({ kind, seed, own, state }) => [kind, seed, own, state])).toEqual([['run', 0, true, 'done'], ['run', 1, false, 'done'], ['redraw', 2, false, null]]);
    expect(draws.map(({ top1 }) => top1)).toEqual([...[0, 1].map((seed) => runs.find(({ id }) => id === runOf('Sqrt2_17', seed))?.top1), null]);
    const calibrations = await stored((store) => Promise.all([0, 1].map((seed) => store.calibration(runOf('Sqrt2_17', seed)))));
    for (const { site, operand, delta, zeroPoint } of operands) {
      for (const [place, calibration] of calibrations.entries()) {
        const parameters = calibration?.parameters[site]?.[operand];
        expect(delta[place]).toBe(median(parameters?.delta ?? []));
        expect(zeroPoint?.[place] ?? null).toBe(parameters?.zero_point === undefined ? null : median(parameters.zero_point));
      }
      expect(delta[2]).toBeGreaterThan(0);
    }
    // Asked from the sibling, the redraw is there too; from another scheme it is not.
    expect((await engine.call('calibration.draws', { runId: runOf('Sqrt2_17', 1) })).draws.map(({ seed, own }) => [seed, own])).toEqual([[0, false], [1, true], [2, false]]);
    expect((await engine.call('calibration.draws', { runId: runOf('BitLog2_Half_17', 0) })).draws.map(({ seed }) => seed)).toEqual([0, 1]);
  });

  it('equals what SQL reads from the workspace', async () => {
    const runId = runOf('Sqrt2_17', 0);
    const { draws, operands } = await engine.call('calibration.draws', { runId });
    const file = project.path('calibrations.json');
    await engine.call('workspace.open', { file: project.path('other.bitlog2') });
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(workspace, { access_mode: 'READ_ONLY' });
    const connection = await instance.connect();
    const rows = (await connection.runAndReadAll(
      `SELECT r.id, CAST(json_extract(r.settings, '$.seed') AS INTEGER),
         (SELECT 100.0 * sum(CASE WHEN p.top1 = p.label THEN 1 ELSE 0 END) / count(*) FROM predictions p WHERE p.run_id = r.id),
         CAST(json_extract(c.parameters, '$."blocks.0.attn.qkv".input.delta[0]') AS DOUBLE)
       FROM runs r JOIN calibrations c ON c.run_id = r.id WHERE json_extract_string(r.settings, '$.scheme') = 'Sqrt2_17' ORDER BY 2`)).getRows();
    connection.closeSync();
    instance.closeSync();
    await engine.call('workspace.open', { file: workspace });
    expect(existsSync(file)).toBe(false);
    const qkv = operands.find(({ site, operand }) => site === 'blocks.0.attn.qkv' && operand === 'input');
    expect(rows.map(([id, seed, top1, delta]) => [id, seed, Number(top1), delta])).toEqual(draws.slice(0, 2).map(({ runId: id, seed, top1 }, place) => [id, seed, top1, qkv?.delta[place]]));
  });

  it('stops when asked and keeps the finished draws', async () => {
    const runId = runOf('BitLog2_Half_17', 1);
    const controller = new AbortController();
    // One worker: the second draw begins when the first is finished.
    const { state, draws } = await engine.call('calibration.redraw', { runId, seeds: [7, 8] }, { signal: controller.signal, onEvent: ({ done, total }) => { if (done > total / 2) controller.abort(); } });
    expect([state, draws.map(({ seed }) => seed)]).toEqual(['stopped', [7]]);
    expect((await engine.call('calibration.draws', { runId })).draws.map(({ seed }) => seed)).toEqual([0, 1, 7]);
  });

  it('does not depend on the number of workers', async () => {
    const runId = runOf('Sqrt2_17', 0);
    const { draws } = await engine.call('calibration.redraw', { runId, seeds: [1, 2] });
    const copy = project.path('copy.bitlog2');
    const second = smallEngine(copy, 2);
    try {
      const again = await second.call('evaluation.run', smallSpec([model], dataset, { schemes: ['Sqrt2_17'], withFp32: false, workers: 2 }));
      const redrawn = await second.call('calibration.redraw', { runId: again.runs[0]?.run.id ?? '', seeds: [1, 2] });
      expect(redrawn).toEqual({ state: 'done', draws });
    } finally {
      await second.close();
    }
  });
});

describe('integer arithmetic on Swin, chosen pictures, and a board with seeds', () => {
  it('shows the rounded zero points that the run uses, and redraws them', async () => {
    const swin = project.model('swin.onnx', smallSwin());
    const result = await engine.call('evaluation.run', smallSpec([swin], dataset, { schemes: ['BitLog2_Half_16'], withFp32: false, arithmetic: 'integer' }));
    const runId = result.runs[0]?.run.id ?? '';
    const { operands, digest } = await engine.call('calibration.get', { runId });
    expect(operands.flatMap(({ zeroPoint }) => zeroPoint ?? []).every(Number.isInteger)).toBe(true);
    expect((await engine.call('calibration.redraw', { runId, seeds: [0] })).draws).toMatchObject([{ seed: 0, digest }]);
  });

  it('knows chosen pictures, takes them as a draw of their size, and offers draws of that size', async () => {
    const list = ['train/drum/0001.png', 'train/anvil/0000.png', 'train/drum/0003.png'];
    const result = await engine.call('evaluation.run', smallSpec([model], dataset, { schemes: ['Sqrt2_17'], withFp32: false, calibrationList: list, calibrationImages: 8 }));
    const runId = result.runs[0]?.run.id ?? '';
    const calibration = await engine.call('calibration.get', { runId });
    expect([calibration.source, calibration.pictures?.map(({ file }) => file)]).toEqual(['list', list]);
    const { draws } = await engine.call('calibration.draws', { runId });
    expect(draws.map(({ seed, own }) => [seed, own])).toEqual([[null, true]]);
    await engine.call('calibration.redraw', { runId, seeds: [0] });
    const three = await engine.call('evaluation.run', smallSpec([model], dataset, { schemes: ['Sqrt2_17'], withFp32: false, calibrationImages: 3 }));
    const after = (await engine.call('calibration.draws', { runId })).draws;
    expect(after.map(({ kind, seed, runId: id }) => [kind, seed, id])).toEqual([['run', 0, three.runs[0]?.run.id], ['run', null, runId]]);
  });

  it('shows the newest seed in a board cell, and the spread over the seeds', async () => {
    const ids = (await engine.call('evaluation.run', smallSpec([model], dataset, { seeds: [0, 1, 2], schemes: ['Sqrt2_17'], resume: true }))).runs.map(({ run }) => run);
    const { cells } = await engine.call('board.get', { datasetId: null });
    const modelId = runs[0]?.modelId ?? '';
    const cell = cells.find((other) => other.modelId === modelId && other.scheme === 'BitLog2_Half_17' && other.arithmetic === 'reference');
    expect(cell?.run?.settings.seed).toBe(1);
    const half = runs.filter(({ settings }) => settings.scheme === 'BitLog2_Half_17').map(({ top1 }) => top1 ?? 0);
    expect(cell?.seeds).toEqual({ count: 2, min: Math.min(...half), max: Math.max(...half), mean: (half.reduce((a, b) => a + b, 0)) / 2 });
    // The newest Sqrt2_17 run is the one of seed 2; the chosen pictures and the draws of three are other questions.
    const sqrt2 = cells.find((other) => other.modelId === modelId && other.scheme === 'Sqrt2_17' && other.arithmetic === 'reference');
    expect(sqrt2?.run?.settings).toMatchObject({ seed: 2, calibrationImages: 8 });
    const values = ids.filter(({ settings }) => settings.scheme === 'Sqrt2_17').map(({ top1 }) => top1 ?? 0);
    expect(sqrt2?.seeds).toMatchObject({ count: 3, min: Math.min(...values), max: Math.max(...values) });
    expect(cells.find((other) => other.modelId === modelId && other.scheme === 'none')?.seeds).toBeNull();
  });
});

describe('pictures that changed since', () => {
  it('tells skipped from missing, and keeps the parameters when the data set is another', async () => {
    const own = project.pictures('changing/val', 6).replace(/\/val$/, '');
    project.pictures('changing/train', 12, 5);
    project.file('changing/train/basket/0001.png', picture(3).slice(0, 300));
    const result = await engine.call('evaluation.run', smallSpec([model], own, { schemes: ['Sqrt2_17'], withFp32: false, calibrationImages: 12 }));
    const runId = result.runs[0]?.run.id ?? '';
    rmSync(join(own, 'train/anvil/0000.png'));
    const { pictures, operands } = await engine.call('calibration.get', { runId });
    const state = (file: string) => pictures?.find((entry) => entry.file === file);
    expect(state('train/basket/0001.png')).toMatchObject({ state: 'skipped', reason: 'broken', detail: expect.stringMatching(/./) });
    expect(state('train/anvil/0000.png')).toMatchObject({ state: 'missing', detail: null });
    expect(pictures?.filter((entry) => entry.state === 'used')).toHaveLength(10);
    expect(operands.length).toBeGreaterThan(0);
    expect(await failureKind(engine.call('calibration.picture', { runId, position: state('train/anvil/0000.png')?.position ?? -1 }))).toBe('image-skipped');
    // Another draw from another data set would be no other draw of this run.
    expect(await failureKind(engine.call('calibration.redraw', { runId, seeds: [3] }))).toBe('dataset-unreadable');
  });
});
