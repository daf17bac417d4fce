/** Runs with overrides through the engine: equal to the runs that say the same in another way, refused when they say nothing, and never a figure of their scheme. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import type { Overrides } from '../../../../src/shared/overrides';
import type { EvaluationSpec } from '../../../../src/shared/settings';
import { smallEngine, workspaceContent, type RunContent } from '../../../helpers/small-engine';
import { smallProject, smallSpec, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const project = smallProject('overridden-runs');
let engine: Engine;
let spec: EvaluationSpec;
let workspaces = 0;

beforeAll(() => {
  engine = smallEngine(project.path('idle.bitlog2'));
  spec = smallSpec([project.model('vit.onnx', smallVit())], project.pictures('data', 12), { schemes: ['BitLog2_Half_17'], withFp32: false, batch: 2 });
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

/** The only run of an evaluation in a workspace of its own. */
async function runUnder(change: Partial<EvaluationSpec>): Promise<RunContent> {
  const file = project.path(`w${workspaces++}.bitlog2`);
  await engine.call('workspace.open', { file });
  expect((await engine.call('evaluation.run', { ...spec, ...change })).failures).toEqual([]);
  await engine.call('workspace.open', { file: project.path('idle.bitlog2') });
  const [run, ...others] = await workspaceContent(file);
  if (run === undefined || others.length > 0) throw new Error('one run was expected');
  return run;
}

describe('overrides equal', () => {
  it.each<[string, Overrides, Partial<EvaluationSpec>]>([
    ['FP32 when everything is left alone', { '*': 'fp32' }, { schemes: [], withFp32: true }],
    ['weights of 32 bits', { '*:weight': 'fp32' }, { wBits: 32 }],
    ['scheme none when maps are left alone', { '*.attn.matmul2:A': 'fp32' }, { schemes: ['none'] }],
    ['scheme none when every head is left alone', { '*#0': 'fp32', '*#1': 'fp32' }, { schemes: ['none'] }],
    ['another scheme', { '*.matmul2:A': 'Sqrt2_17' }, { schemes: ['Sqrt2_17'] }],
  ])('%s', async (_, overrides, same) => {
    const overridden = await runUnder({ overrides });
    const plain = await runUnder(same);
    expect(overridden.predictions).toHaveLength(12);
    expect(overridden.predictions).toEqual(plain.predictions);
  });

  it('nothing else: a run whose maps are left alone is not that of its scheme', async () => {
    expect((await runUnder({ overrides: { '*.attn.matmul2:A': 'fp32' } })).predictions).not.toEqual((await runUnder({})).predictions);
  });
});

describe('a run with overrides', () => {
  it('is refused, with names near by, when a pattern matches nothing', async () => {
    const asked = engine.call('evaluation.run', { ...spec, overrides: { 'blocks.0.attn.qvk': 'fp32' } }).then(({ failures }) => failures.map((failure) => JSON.stringify(failure)).join(), (error: unknown) => JSON.stringify(error instanceof Error && 'failure' in error ? error.failure : null));
    expect(await asked).toContain('blocks.0.attn.qkv');
    expect((await engine.call('workspace.summary', null)).runs).toEqual([]);
  });

  it('is never what the board shows of its scheme, and is continued only by equal overrides', async () => {
    await engine.call('workspace.open', { file: project.path('board.bitlog2') });
    const overrides = { '*:weight': 8, 'head:weight': 'fp32' } as const;
    const runs = async (): Promise<number> => (await engine.call('workspace.summary', null)).runs.length;
    await engine.call('evaluation.run', { ...spec, overrides });
    expect((await engine.call('board.get', { datasetId: null })).cells.filter(({ run }) => run !== null)).toEqual([]);
    await engine.call('evaluation.run', { ...spec, overrides, resume: true });
    expect(await runs()).toBe(1);
    // Their order counts.
    await engine.call('evaluation.run', { ...spec, overrides: { 'head:weight': 'fp32', '*:weight': 8 }, resume: true });
    expect(await runs()).toBe(2);
    await engine.call('evaluation.run', { ...spec, resume: true });
    expect(await runs()).toBe(3);
    const shown = (await engine.call('board.get', { datasetId: null })).cells.flatMap(({ run }) => (run === null ? [] : [run.settings.overrides ?? null]));
    expect(shown).toEqual([null]);
    await engine.call('workspace.open', { file: project.path('idle.bitlog2') });
  });
});
