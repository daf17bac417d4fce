/** The folder of the workspace goes away, and the right to read the pictures is taken away, in the middle of a run: nothing is lost, nothing is skipped, and it goes on when they are back. */
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { EvaluationSpec } from '../../../../src/shared/settings';
import { bundleChild } from '../../../helpers/bundle-child';
import { rejection } from '../../../helpers/failure-of';
import { smallEngine, workspaceContent } from '../../../helpers/small-engine';
import { smallProject, smallSpec, smallVit } from '../../../helpers/small-project';
import { root } from '../../../../tools/lib/targets.mjs';
import { builtEntry } from '../../../setup/built-entry';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('taken-away');
/** Root may read everything; a test that is run as root gives its child another user. */
const somebody = process.getuid?.() === 0 ? 65_534 : null;
const posix = process.platform !== 'win32';
/** ... who can do no more than look where the project lies: not, for example, in root's own home. */
const reachable = somebody === null || [root, tmpdir()].every(open);
let spec: EvaluationSpec;
let undisturbed: Awaited<ReturnType<typeof workspaceContent>>;

beforeAll(async () => {
  project.pictures('data/train', 24, 7);
  project.pictures('data/val', 90, 8);
  spec = smallSpec([project.model('vit.onnx', smallVit())], project.path('data'), { workers: 1, resume: true });
  const engine = smallEngine(project.path('whole.bitlog2'), 1);
  await engine.call('evaluation.run', spec);
  await engine.close();
  undisturbed = await workspaceContent(project.path('whole.bitlog2'));
});
afterAll(() => project.remove());

it.runIf(posix)('a workspace that is moved away with its folder ends the run, and what was stored is there when it is back', async () => {
  mkdirSync(project.path('disk'));
  const workspace = project.path('disk', 'work.bitlog2');
  const engine = smallEngine(workspace, 1);
  let moved = false;
  const failure = await rejection(engine.call('evaluation.run', spec, { onEvent: (event) => {
    if (moved || event.kind !== 'progress' || event.progress.stage !== 'evaluating' || event.progress.done < 60) return;
    moved = true;
    renameSync(project.path('disk'), project.path('unplugged'));
  } }));
  expect(failure).toMatchObject({ kind: 'workspace-missing', what: 'The workspace is not at its place any more', file: workspace });
  // Opened again while it is away, it is not made anew and empty.
  expect(await rejection(engine.call('workspace.open', { file: workspace }))).toMatchObject({ kind: 'workspace-missing', file: workspace });
  expect(existsSync(project.path('disk'))).toBe(false);

  renameSync(project.path('unplugged'), project.path('disk'));
  const { runs } = await engine.call('workspace.open', { file: workspace });
  expect(runs.map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
  expect(runs.reduce((sum, { images }) => sum + images, 0)).toBeGreaterThanOrEqual(60);
  expect((await engine.call('evaluation.run', spec)).state).toBe('done');
  await engine.close();
  expect(await workspaceContent(workspace)).toEqual(undisturbed);
});

it.runIf(posix)('a workspace that was replaced under the open one is not written to, and the one that is there is opened', async () => {
  const workspace = project.path('replaced.bitlog2');
  cpSync(project.path('whole.bitlog2'), workspace);
  const engine = smallEngine(workspace, 1);
  const { models } = await engine.call('workspace.open', { file: workspace });
  cpSync(workspace, `${workspace}.copy`);
  rmSync(workspace);
  renameSync(`${workspace}.copy`, workspace);
  const naming = { kind: 'model' as const, id: models[0]?.id ?? '', name: 'another' };
  expect(await rejection(engine.call('workspace.rename', naming))).toMatchObject({ kind: 'workspace-missing' });
  await engine.call('workspace.open', { file: workspace });
  expect((await engine.call('workspace.rename', naming)).models.map(({ name }) => name)).toEqual(['another']);
  await engine.close();
});

it.runIf(posix && reachable)('pictures that may not be read any more end the run with the folder named, none is skipped, and it goes on with the right back', async () => {
  const childFile = await bundleChild(resolve('test/helpers/evaluating-child.ts'), 'evaluating-child');
  chmodSync(dirname(childFile), 0o755);
  const folder = project.path('theirs');
  mkdirSync(folder);
  cpSync(project.path('data'), join(folder, 'data'), { recursive: true });
  cpSync(project.path('vit.onnx'), join(folder, 'vit.onnx'));
  const workspace = join(folder, 'work.bitlog2');
  const specFile = join(folder, 'spec.json');
  writeFileSync(specFile, JSON.stringify({ ...spec, models: [join(folder, 'vit.onnx')], dataset: join(folder, 'data') }));
  if (somebody !== null) give(folder, somebody);
  /** Runs it as somebody who cannot read what a folder's rights forbid; ends it when it has said how the evaluation ended. */
  const evaluate = (stage: string, locked: string): Promise<string> => {
    const child = spawn(process.execPath, [childFile, workspace, specFile, builtEntry('worker'), stage, '50', locked], { stdio: ['ignore', 'pipe', 'inherit'], ...(somebody === null ? {} : { uid: somebody, gid: somebody }) });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.endsWith('\n')) child.kill('SIGTERM');
    });
    return new Promise((done) => child.on('close', () => done(said.trim())));
  };
  const locked = join(folder, 'data', 'val', 'candle');
  const failure: unknown = JSON.parse(await evaluate('evaluating', locked));
  chmodSync(locked, 0o755);
  expect(failure).toMatchObject({ kind: 'dataset-unreadable', what: 'The pictures may not be read any more', file: locked, next: expect.stringContaining('continue the run') });
  expect(await evaluate('never', '')).toBe('done');
  rmSync(dirname(childFile), { recursive: true, force: true });
  expect(await workspaceContent(workspace)).toEqual(undisturbed);
});

/** The folder and everything in it belongs to this user, and the way to it is open. */
function give(folder: string, user: number): void {
  for (const entry of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) chownSync(join(folder, entry), user, user);
  chmodSync(dirname(folder), 0o755);
}

/** Whether anybody may pass through every folder on the way. */
function open(path: string): boolean {
  return (statSync(path).mode & 1) !== 0 && (dirname(path) === path || open(dirname(path)));
}
