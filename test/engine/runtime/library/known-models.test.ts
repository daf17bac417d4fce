/** The seven models: what is said of them is true of the builders, and one of them is fetched whole through the engine, from a hub of this machine's own. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEngine, type Engine } from '../../../../src/engine';
import { presetParameters } from '../../../../src/engine/core/builder/check-preset';
import { presetNames } from '../../../../src/engine/core/builder/presets';
import { modelFacts } from '../../../../src/engine/runtime/library/model-facts';
import { EngineError, type Failure } from '../../../../src/shared/failure';
import type { KnownModelEntry } from '../../../../src/shared/known-models';
import { seedModels } from '../../../../src/shared/seed-models';
import { localHub, type LocalHub } from '../../../helpers/local-hub';
import { safetensorsBytes, type TensorToWrite } from '../../../helpers/safetensors-bytes';
import { smallProject } from '../../../helpers/small-project';
import { builtEntry } from '../../../setup/built-entry';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const project = smallProject('known-models');
let hub: LocalHub;
let engine: Engine;
let tiny: Uint8Array;

/** DeiT-T with `classes` classes: its shapes, and numbers that are none of a network's. */
function deitTiny(classes: number, leaveOut = ''): Uint8Array {
  const tensors = new Map<string, TensorToWrite>();
  for (const [name, dims] of presetParameters('deit_tiny')) {
    const shape = name.startsWith('head.') ? [classes, ...dims.slice(1)] : dims;
    if (name !== leaveOut) tensors.set(name, { shape, data: new Float32Array(shape.reduce((product, dim) => product * dim, 1)).fill(0.01) });
  }
  return safetensorsBytes(tensors);
}

beforeAll(async () => {
  tiny = deitTiny(1000);
  hub = await localHub(tiny);
  engine = createEngine({ workerPath: builtEntry('worker'), resourcesPath: resolve('resources'), defaultWorkspace: project.path('w.bitlog2'), version: 'test', workers: 1, hub });
});
afterAll(async () => {
  await engine.close();
  await hub.close();
  project.remove();
});

async function refused(work: Promise<unknown>): Promise<Failure> {
  return work.then(() => { throw new Error('taken'); }, (error: unknown) => {
    if (error instanceof EngineError) return error.failure;
    throw error;
  });
}

async function entry(name: string, hashes = false): Promise<KnownModelEntry> {
  const { models } = await engine.call('models.known', { hashes });
  const found = models.find(({ facts }) => facts.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

const get = async (name: string): Promise<unknown> => {
  const { facts, target } = await entry(name);
  return engine.call('models.get', { name, agreed: { url: facts.url, target } });
};

describe('what is said of the models', () => {
  const facts = modelFacts(resolve('resources'));

  it('is of the seven, each with its own page on the hub', () => {
    expect(facts.map(({ name }) => name)).toEqual(seedModels.map(({ name }) => name));
    expect([...presetNames]).toEqual(facts.map(({ name }) => name));
    expect(facts.map(({ url }) => url)).toContain('https://huggingface.co/timm/vit_small_patch16_224.augreg_in21k_ft_in1k/resolve/main/model.safetensors');
    for (const { url, page, licence, top1 } of facts) for (const address of [url, page, licence.url, top1.url]) expect(new URL(address).protocol).toBe('https:');
  });

  it.each(presetNames)('%s: parameters are those that the builder asks for', (name) => {
    const counted = [...presetParameters(name).values()].reduce((sum, dims) => sum + dims.reduce((product, dim) => product * dim, 1), 0);
    expect(facts.find((fact) => fact.name === name)).toMatchObject({ parameters: counted, bytes: 4 * counted });
  });

  it('gives the FP32 figures of the published table', () => {
    const published = JSON.parse(readFileSync('resources/published/seed.json', 'utf8')) as { models: { name: string; figures: { none: { page: number } } }[] };
    for (const { name, figures } of published.models) expect(facts.find(({ title }) => title === name)?.top1.value, name).toBe(figures.none.page);
  });
});

describe('the model folder', () => {
  it('lies beside the workspace; nothing is there at first', async () => {
    const { folder, models } = await engine.call('models.known', { hashes: false });
    expect(folder).toBe(project.path('models'));
    expect(models.map(({ state }) => state)).toEqual(seedModels.map(() => ({ kind: 'absent', bytes: 0 })));
  });

  it('gets a model whose download was cut off, keeps where it is from, and loads it', async () => {
    Object.assign(hub.behaviour, { cutAfter: 1_000_000, cuts: 100 });
    expect((await refused(get('deit_tiny'))).kind).toBe('download');
    const partly = (await entry('deit_tiny')).state;
    expect(partly.kind === 'absent' && partly.bytes > 0).toBe(true);
    hub.behaviour.cutAfter = null;
    const { facts, target } = await entry('deit_tiny');
    const progress: { done: number; total: number }[] = [];
    const got = await engine.call('models.get', { name: 'deit_tiny', agreed: { url: facts.url, target } }, { onEvent: (event) => progress.push(event) });
    expect(got).toMatchObject({ file: target, bytes: tiny.length, checked: 'server' });
    expect(got.resumedFrom).toBeGreaterThan(0);
    expect(progress.at(-1)).toEqual({ kind: 'progress', done: tiny.length, total: tiny.length });
    expect(readFileSync(target).equals(tiny)).toBe(true);
    const { state } = await entry('deit_tiny', true);
    expect(state).toEqual({ kind: 'present', file: target, bytes: tiny.length, tag: 'fb_in1k', foreign: false, sha256: got.sha256, origin: { url: facts.url, bytes: tiny.length, sha256: got.sha256, checked: 'server' } });
    expect(await engine.call('model.add', { file: target })).toMatchObject({ family: 'vit', classes: 1000, hash: got.sha256 });
    expect(await refused(get('deit_tiny'))).toMatchObject({ what: 'The model deit_tiny is there already' });
  });

  it.each([
    ['of another head', (): Uint8Array => deitTiny(10), /head\.weight: shape 10 x 192, 1000 x 192 expected/],
    ['with a parameter missing', (): Uint8Array => deitTiny(1000, 'blocks.7.mlp.fc1.bias'), /blocks\.7\.mlp\.fc1\.bias: missing/],
    ['that is no safetensors', (): Uint8Array => new TextEncoder().encode(`<html>${' '.repeat(500)}</html>`), /first eight bytes/],
  ])('refuses a file %s, though its sum is right', async (_what, content, place) => {
    hub.content = content();
    const workspace = project.path('other', 'w.bitlog2');
    mkdirSync(project.path('other'), { recursive: true });
    await engine.call('workspace.open', { file: workspace });
    const failure = await refused(get('deit_tiny'));
    expect(failure.place).toMatch(place);
    expect(readdirSync(project.path('other', 'models'))).toEqual([]);
  });

  it('fetches nothing but what was agreed to', async () => {
    const { facts, target } = await entry('vit_base');
    hub.asked.length = 0;
    for (const agreed of [{ url: `${facts.url}?x`, target }, { url: facts.url, target: project.path('elsewhere.safetensors') }]) {
      expect(await refused(engine.call('models.get', { name: 'vit_base', agreed }))).toMatchObject({ kind: 'settings', what: 'What would be fetched is not what was agreed to' });
    }
    expect(await refused(engine.call('models.get', { name: 'vit_huge', agreed: { url: facts.url, target } }))).toMatchObject({ kind: 'settings', expected: expect.stringMatching(/vit_small/) as string });
    expect(hub.asked).toEqual([]);
    expect(existsSync(project.path('elsewhere.safetensors'))).toBe(false);
  });

  it('tells other weights from the published ones, and does not believe an origin of another file', async () => {
    const folder = project.path('other', 'models');
    writeFileSync(`${folder}/swin_tiny_patch4_window7_224.ms_in22k_ft_in1k.onnx`, 'x');
    writeFileSync(`${folder}/vit_base_patch16_224.onnx`, 'xy');
    writeFileSync(`${folder}/vit_base_patch16_224.onnx.origin.json`, JSON.stringify({ url: 'https://x', bytes: 3, sha256: 'ab'.repeat(32), checked: 'pinned' }));
    expect((await entry('swin_tiny')).state).toMatchObject({ kind: 'present', tag: 'ms_in22k_ft_in1k', foreign: true });
    expect((await entry('vit_base')).state).toMatchObject({ kind: 'present', tag: null, foreign: false, origin: null });
  });
});
