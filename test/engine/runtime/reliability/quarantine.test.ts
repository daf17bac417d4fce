/** A batch over which the engine dies: known to the next process, tried once more alone, then left out with its reason, while the rest goes on. */
import { spawn } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { inFlightFile } from '../../../../src/engine/runtime/store/in-flight';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { EvaluationSpec } from '../../../../src/shared/settings';
import { bundleChild } from '../../../helpers/bundle-child';
import { smallEngine, workspaceContent } from '../../../helpers/small-engine';
import { smallProject, smallSpec, smallVit } from '../../../helpers/small-project';
import { builtEntry } from '../../../setup/built-entry';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('quarantine');
const deadly = 'val/candle/0003.png';
const batch = 2;
let childFile: string;
let workerFile: string;
let spec: EvaluationSpec;

beforeAll(async () => {
  childFile = await bundleChild(resolve('test/helpers/evaluating-child.ts'), 'evaluating-child');
  project.pictures('data/train', 24, 7);
  project.pictures('data/val', 48, 8);
  const model = project.model('vit.onnx', smallVit());
  spec = smallSpec([model], project.path('data'), { batch, workers: 2, resume: true });
  // A worker in which opening that one picture ends the whole process, as a crash in native code does.
  workerFile = project.file('worker.cjs', `
    const fs = require('node:fs');
    const files = require('node:fs/promises');
    const deadly = (path) => { if (String(path).endsWith(${JSON.stringify(deadly)})) process.kill(process.pid, 'SIGKILL'); };
    const { openSync } = fs;
    const { open } = files;
    fs.openSync = (path, ...rest) => { deadly(path); return openSync(path, ...rest); };
    files.open = async (path, ...rest) => { deadly(path); return open(path, ...rest); };
    require(${JSON.stringify(builtEntry('worker'))});
  `);
});
afterAll(() => {
  rmSync(dirname(childFile), { recursive: true, force: true });
  project.remove();
});

async function evaluateInChild(workspace: string, stage = 'never'): Promise<string> {
  const specFile = project.path('spec.json');
  writeFileSync(specFile, JSON.stringify(spec));
  const child = spawn(process.execPath, [childFile, workspace, specFile, workerFile, stage, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
    // It has said how the evaluation ended, and keeps its engine open.
    if (said.endsWith('\n')) child.kill('SIGTERM');
  });
  return new Promise((done) => child.on('close', (_code, signal) => done(said.trim() === '' ? signal ?? '' : said.trim())));
}

it('is left out after the second time, and everything else is as in a run that nothing disturbed', async () => {
  const whole = project.path('whole.bitlog2');
  const engine = smallEngine(whole, 2);
  await engine.call('evaluation.run', { ...spec, resume: false });
  await engine.close();
  const undisturbed = await workspaceContent(whole);

  const workspace = project.path('work.bitlog2');
  expect(await evaluateInChild(workspace)).toBe('SIGKILL');
  expect(existsSync(inFlightFile(workspace))).toBe(true);
  expect(await evaluateInChild(workspace)).toBe('SIGKILL');
  expect(await evaluateInChild(workspace)).toBe('done');

  const content = await workspaceContent(workspace);
  expect(content.map(({ scheme }) => scheme)).toEqual(undisturbed.map(({ scheme }) => scheme));
  for (const [index, run] of content.entries()) {
    const expected = undisturbed[index];
    const lost = run.skipped.map((row) => row.index);
    expect(run.skipped).toHaveLength(batch);
    expect(run.skipped.map(({ file }) => file)).toContain(deadly);
    expect(new Set(run.skipped.map(({ reason }) => reason))).toEqual(new Set(['quarantined']));
    expect(run.predictions).toEqual(expected?.predictions.filter((row) => !lost.includes(row.index)));
    expect({ state: run.state, batches: run.batches, calibration: run.calibration }).toEqual({ state: 'done', batches: expected?.batches, calibration: expected?.calibration });
  }
});

it('one death in a group blames the group, and whatever of it is sound is evaluated', async () => {
  const workspace = project.path('once.bitlog2');
  expect(await evaluateInChild(workspace)).toBe('SIGKILL');
  const store = await openStore(workspace, 'unknown');
  const points = await Promise.all((await store.runs()).map(({ id }) => store.strikes(id)));
  await store.close();
  expect(points.some((run) => run.size > 0)).toBe(true);
  for (const run of points) for (const each of run.values()) expect(each).toBe(2);
  // In a worker that survives the picture, the suspects are evaluated like all others.
  const engine = smallEngine(workspace, 2);
  const result = await engine.call('evaluation.run', spec);
  await engine.close();
  expect(result.runs.map(({ run, skipped }) => [run.state, run.images, skipped.length])).toEqual([['done', 48, 0], ['done', 48, 0], ['done', 48, 0]]);
});

it('a kill from outside counts half: three of them quarantine nothing', async () => {
  const file = project.path('killed.bitlog2');
  await (await openStore(file)).close();
  for (const points of [1, 2, 3]) {
    writeFileSync(inFlightFile(file), 'run-1 4 5,run-2 -1\nleft of a longer line');
    const store = await openStore(file, 'killed');
    expect([...(await store.strikes('run-1'))].sort()).toEqual([[4, points], [5, points]]);
    expect([...(await store.strikes('run-2'))]).toEqual([[-1, points]]);
    await store.close();
  }
  for (const nonsense of ['', '\n', 'run-1 x\n', ' 4\n', '\0\0\0']) {
    writeFileSync(inFlightFile(file), nonsense);
    const store = await openStore(file);
    expect([...(await store.strikes('run-1'))].sort()).toEqual([[4, 3], [5, 3]]);
    await store.close();
    expect(existsSync(inFlightFile(file))).toBe(false);
  }
});

it('pictures whose folder goes away end the run and are not skipped; it goes on when they are back', async () => {
  const workspace = project.path('gone.bitlog2');
  const engine = smallEngine(workspace, 1);
  let moved = false;
  const failure = await engine.call('evaluation.run', { ...spec, workers: 1 }, {
    onEvent: (event) => {
      if (moved || event.kind !== 'progress' || event.progress.stage !== 'calibrating' || event.progress.done < 1) return;
      moved = true;
      renameSync(project.path('data', 'val'), project.path('elsewhere'));
    },
  }).then(() => null, (error: unknown) => error);
  renameSync(project.path('elsewhere'), project.path('data', 'val'));
  expect(failure).toMatchObject({ failure: { kind: 'dataset-unreadable', what: 'The folder of the pictures is not there any more' } });
  const left = await engine.call('workspace.summary', null);
  expect(left.runs.map(({ skipped }) => skipped)).toEqual([0, 0, 0]);
  const result = await engine.call('evaluation.run', { ...spec, workers: 1 });
  await engine.close();
  expect(result.runs.map(({ run, skipped }) => [run.images, skipped.length])).toEqual([[48, 0], [48, 0], [48, 0]]);
  expect((await workspaceContent(workspace)).map(({ predictions }) => predictions)).toEqual((await workspaceContent(project.path('whole.bitlog2'))).map(({ predictions }) => predictions));
});
