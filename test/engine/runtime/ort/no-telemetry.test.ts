/** ONNX Runtime keeps no account of what it is used for: an evaluation in a process of its own leaves nothing in the person's folders. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bundleChild } from '../../../helpers/bundle-child';
import { smallProject, smallSpec, smallVit } from '../../../helpers/small-project';
import { builtEntry } from '../../../setup/built-entry';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const project = smallProject('no-telemetry');
let childFile: string;
let model: string;

beforeAll(async () => {
  childFile = await bundleChild(resolve('test/helpers/evaluating-child.ts'), 'evaluating-child');
  project.pictures('data/train', 6, 9);
  project.pictures('data/val', 6, 8);
  model = project.model('vit.onnx', smallVit());
});
afterAll(() => {
  rmSync(dirname(childFile), { recursive: true, force: true });
  project.remove();
});

/** Runs a Node program as somebody with an empty home; gives what it printed and what is in that home when it has. */
async function atHome(name: string, args: readonly string[]): Promise<{ readonly said: string; readonly left: string[] }> {
  const home = project.path(name);
  mkdirSync(home);
  const { ORT_DISABLE_TELEMETRY: _quiet, XDG_CACHE_HOME: _cache, ...env } = process.env;
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...env, HOME: home, USERPROFILE: home, LOCALAPPDATA: home } });
  const said = await new Promise<string>((done) => child.stdout.once('data', (chunk: Buffer) => done(chunk.toString('utf8').trim())));
  const left = readdirSync(home, { recursive: true, encoding: 'utf8' });
  child.kill('SIGKILL');
  await new Promise((done) => child.once('close', done));
  return { said, left };
}

it('an evaluation writes nothing about itself', async () => {
  const specFile = project.path('spec.json');
  writeFileSync(specFile, JSON.stringify(smallSpec([model], project.path('data'), { workers: 1 })));
  expect(await atHome('quiet', [childFile, project.path('w.bitlog2'), specFile, builtEntry('worker'), 'never', '0'])).toEqual({ said: 'done', left: [] });
});

it.runIf(process.platform === 'linux')('where it is not told to be quiet, it does: this test would see it', async () => {
  const package_ = createRequire(import.meta.url).resolve('onnxruntime-node');
  const program = `require(${JSON.stringify(package_)}).InferenceSession.create(${JSON.stringify(model)}).then(() => { console.log('made'); setInterval(() => 0, 1000); })`;
  const { said, left } = await atHome('talkative', ['-e', program]);
  expect(said).toBe('made');
  expect(left.some((path) => path.includes('onnxruntime'))).toBe(true);
});
