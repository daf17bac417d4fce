/** kill -9 in every phase of an evaluation, then resume: the records must be those of a run that nobody disturbed. */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import type { Graph } from '../../../../src/engine/core/graph/types';
import type { Stage } from '../../../../src/shared/evaluation';
import type { EvaluationSpec } from '../../../../src/shared/settings';
import { bundleChild } from '../../../helpers/bundle-child';
import { smallEngine, workspaceContent, type RunContent } from '../../../helpers/small-engine';
import { picture, smallProject, smallSpec, smallSwin, smallVit } from '../../../helpers/small-project';
import { builtEntry } from '../../../setup/built-entry';

// Each case starts a process of its own; on a machine that is busy with other things that takes its time.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('kill');
const engines = new Map<number, Engine>();
let childFile: string;
let dataset: string;

/** Not a multiple of 4, so that batches of 4 end with a short one. Three runs evaluate them: FP32 and two schemes. */
const valImages = 90;

beforeAll(async () => {
  childFile = await bundleChild(resolve('test/helpers/evaluating-child.ts'), 'evaluating-child');
  dataset = project.path('data');
  project.pictures('data/train', 24, 7);
  project.pictures('data/val', valImages, 8);
  // In the middle of a batch, in the middle of the list.
  project.file('data/val/candle/0008.png', picture(5).slice(0, 400));
});
afterAll(async () => {
  for (const engine of engines.values()) await engine.close();
  rmSync(dirname(childFile), { recursive: true, force: true });
  project.remove();
});

/** One engine per number of workers serves all cases. */
async function run(workspace: string, spec: EvaluationSpec): Promise<RunContent[]> {
  const workers = spec.workers ?? 1;
  const engine = engines.get(workers) ?? smallEngine(project.path(`idle-${workers}.bitlog2`), workers);
  engines.set(workers, engine);
  await engine.call('workspace.open', { file: workspace });
  const result = await engine.call('evaluation.run', spec);
  expect(result.state).toBe('done');
  expect(result.failures).toEqual([]);
  await engine.call('workspace.open', { file: project.path(`idle-${workers}.bitlog2`) });
  return workspaceContent(workspace);
}

/** Runs the evaluation in a child that dies by SIGKILL at the point. */
async function killAt(workspace: string, spec: EvaluationSpec, { stage, steps }: KillPoint): Promise<void> {
  for (const suffix of ['', '.wal']) rmSync(workspace + suffix, { force: true });
  const specFile = `${workspace}.json`;
  writeFileSync(specFile, JSON.stringify(spec));
  const child = spawn(process.execPath, [childFile, workspace, specFile, builtEntry('worker'), stage, String(steps)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => { said += chunk.toString('utf8'); });
  const signal = await new Promise<NodeJS.Signals | null>((done) => child.on('close', (_code, by) => done(by)));
  expect({ signal, said }).toEqual({ signal: 'SIGKILL', said: '' });
}

/** Copies a workspace as the dead process left it, with what DuckDB had not yet merged. */
function copyWorkspace(from: string, to: string): string {
  copyFileSync(from, to);
  if (existsSync(`${from}.wal`)) copyFileSync(`${from}.wal`, `${to}.wal`);
  return to;
}

interface KillPoint {
  readonly name: string;
  readonly stage: Stage;
  /** Steps of the stage after which the signal comes: sites, or image evaluations. */
  readonly steps: number;
  /** Least and most evaluations that may be in the workspace then; the broken picture is a step, but no evaluation. */
  readonly stored: readonly [least: number, most: number];
}

/** Batches come in a class-balanced order, in which the broken picture is among the first. */
const firstLook = 32;
const points: readonly KillPoint[] = [
  { name: 'while the model is imported', stage: 'importing', steps: 0, stored: [0, 0] },
  { name: 'while FP32 has its first look', stage: 'evaluating', steps: 4, stored: [4, firstLook] },
  { name: 'during calibration', stage: 'calibrating', steps: 9, stored: [firstLook - 1, firstLook] },
  { name: 'early in the evaluation', stage: 'evaluating', steps: 60, stored: [56, 200] },
  { name: 'late in the evaluation', stage: 'evaluating', steps: 210, stored: [204, 3 * valImages - 1] },
];

describe.each<{ family: string; graph: () => Graph; batch: number; killed: readonly KillPoint[]; arithmetic: 'reference' | 'integer' }>([
  { family: 'ViT', graph: smallVit, batch: 1, killed: points, arithmetic: 'reference' },
  { family: 'Swin', graph: smallSwin, batch: 4, killed: points.slice(2, 3), arithmetic: 'reference' },
  { family: 'ViT', graph: smallVit, batch: 1, killed: [...points.slice(2, 3), ...points.slice(4)], arithmetic: 'integer' },
])('$family at batch $batch in $arithmetic arithmetic', ({ family: model, graph, batch, killed: killPoints, arithmetic }) => {
  const family = `${model}-${arithmetic}`;
  const spec = (change: Partial<EvaluationSpec>): EvaluationSpec => smallSpec([project.path(`${family}.onnx`)], dataset, { batch, arithmetic, ...change });
  let undisturbed: RunContent[];

  beforeAll(async () => {
    project.model(`${family}.onnx`, graph());
    undisturbed = await run(project.path(`${family}-whole.bitlog2`), spec({ workers: 1 }));
  });

  it('evaluates every image but the broken one, under every scheme', () => {
    expect(undisturbed.map(({ scheme }) => scheme)).toEqual(['BitLog2_Half_17', 'Sqrt2_17', 'none']);
    for (const content of undisturbed) {
      expect(content.state).toBe('done');
      expect(content.images).toBe(valImages - 1);
      expect(content.skipped.map(({ file, reason }) => [file, reason])).toEqual([['val/candle/0008.png', 'broken']]);
      expect(content.batches).toEqual(Array.from({ length: Math.ceil(valImages / batch) }, (_, index) => index));
      expect(content.levelCounts.length > 0).toBe(content.scheme !== 'none');
      expect({ exact: content.exact, fallbacks: content.fallbacks }).toEqual({ exact: arithmetic === 'integer' && content.scheme !== 'none' ? true : null, fallbacks: [] });
    }
    // Pictures and random weights that always give one class would make every comparison below easy.
    expect(new Set(undisturbed[0]?.predictions.map(({ top5 }) => top5[0])).size).toBeGreaterThan(2);
    expect(new Set(undisturbed[0]?.predictions.map(({ mapDigest }) => mapDigest)).size).toBe(valImages - 1);
  });

  it('gives the same records with two workers', async () => {
    expect(await run(project.path(`${family}-two.bitlog2`), spec({ workers: 2 }))).toEqual(undisturbed);
  });

  it.each(killPoints)('resumes after kill -9 $name', async (point) => {
    const killed = project.path(`${family}-killed.bitlog2`);
    await killAt(killed, spec({ workers: 2 }), point);
    const left = await workspaceContent(copyWorkspace(killed, `${killed}.look`));
    const stored = left.reduce((sum, content) => sum + content.predictions.length, 0);
    expect(stored).toBeGreaterThanOrEqual(point.stored[0]);
    expect(stored).toBeLessThanOrEqual(point.stored[1]);
    for (const suffix of ['', '.wal']) rmSync(`${killed}.look${suffix}`, { force: true });
    for (const workers of [1, 2]) {
      const copy = copyWorkspace(killed, `${killed}.${workers}`);
      expect(await run(copy, spec({ workers, resume: true }))).toEqual(undisturbed);
      for (const suffix of ['', '.wal']) rmSync(copy + suffix, { force: true });
    }
  });
});
