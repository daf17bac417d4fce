/**
 * Bad input, as a person meets it: the built command line in its own process says what is wrong, where, what was expected and what to do. Long, because
 * it is one list of what goes wrong.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Graph, GraphNode, Tensor } from '../../src/engine/core/graph/types';
import { join as joinPieces, MessageWriter } from '../../src/engine/core/onnx/wire';
import { crc32 } from '../../src/engine/core/images/crc32';
import { openStore } from '../../src/engine/runtime/store/open-store';
import { picture, smallProject, smallVit } from '../helpers/small-project';
import { builtEntry } from '../setup/built-entry';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('bad-input');
const model = smallVit();

beforeAll(async () => {
  project.model('good.onnx', model);
  project.pictures('data/train', 12, 2);
  project.pictures('data/val', 12, 3);
  makeModels();
  await makeWorkspaces();
});
afterAll(() => project.remove());

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `bitlog2 ARGS` to its end; `before` are shell commands for the same process. */
function bitlog2(args: readonly string[], before = ''): Promise<Answer> {
  const child = before === ''
    ? spawn(process.execPath, [builtEntry('cli'), ...args], { cwd: project.root, env: environment() })
    : spawn('bash', ['-c', `${before}; exec "$0" "$@"`, process.execPath, builtEntry('cli'), ...args], { cwd: project.root, env: environment() });
  const answer = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => { answer.stdout += chunk.toString('utf8'); });
  child.stderr.on('data', (chunk: Buffer) => { answer.stderr += chunk.toString('utf8'); });
  return new Promise((done) => child.on('close', (code) => done({ code, ...answer })));
}

/** Nothing of the person who runs the tests: no terminal settings, no workspace of theirs. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, HOME: project.root, XDG_DATA_HOME: project.path('home'), NO_COLOR: '1', FORCE_COLOR: undefined };
}

const evaluate = (change: Readonly<Record<string, string>>, ...more: readonly string[]): string[] => {
  const options = { '--model': 'good.onnx', '--dataset': 'data', '--workspace': 'own.bitlog2', '--workers': '1', '--calib-batchsize': '4', '--limit': '6', ...change };
  return ['eval', ...Object.entries(options).flat(), ...more];
};

function withNode(opType: string, change: Partial<GraphNode>): Graph {
  const node = model.nodes.find((candidate) => candidate.opType === opType);
  return { ...model, nodes: model.nodes.map((each) => (each === node ? { ...each, ...change } : each)) };
}

function withTensor(name: string, change: (tensor: Tensor) => Tensor): Graph {
  return { ...model, initializers: new Map([...model.initializers].map(([key, tensor]) => [key, key === name ? change(tensor) : tensor])) };
}

function makeModels(): void {
  const erf = model.nodes.find(({ opType }) => opType === 'Erf')?.name ?? '';
  project.file('text.onnx', 'this is no model\n');
  project.file('empty.onnx', '');
  project.file('pickle.onnx', Uint8Array.of(0x80, 2, 0x7d, 0x71, 0));
  project.file('zip.onnx', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0));
  project.file('truncated.onnx', readFileSync(project.path('good.onnx')).subarray(0, 30_000));
  const entry = new MessageWriter().text(1, 'location').text(2, 'external.onnx.data').finish();
  const tensor = new MessageWriter().int(1, 1).int(2, 1).text(8, 'w').message(13, entry).int(14, 1).finish();
  project.file('external.onnx', joinPieces(new MessageWriter().int(1, 8).message(8, new MessageWriter().text(1, '').int(2, 17).finish()).message(7, new MessageWriter().message(5, tensor).finish()).finish()));
  project.model('no-attention.onnx', { ...model, nodes: model.nodes.map((node) => (node.opType === 'Softmax' ? { ...node, opType: 'Sigmoid', attributes: new Map() } : node)) });
  project.model('fused.onnx', withNode('Erf', { opType: 'MultiHeadAttention', domain: 'com.microsoft', name: erf }));
  project.model('quantised.onnx', withNode('Erf', { opType: 'DequantizeLinear' }));
  project.model('unsupported.onnx', withNode('Erf', { opType: 'Fancy' }));
  project.model('rank.onnx', { ...model, inputs: model.inputs.map((input) => ({ ...input, dims: [1, 3, 1024] })) });
  project.model('nan.onnx', withTensor('blocks.1.mlp.fc1.weight', (weight) => ({ ...weight, data: Float32Array.from({ length: weight.dims.reduce((a, b) => a * b, 1) }, (_, i) => (i === 5 ? NaN : 0.1)) })));
}

async function makeWorkspaces(): Promise<void> {
  project.file('text.bitlog2', 'These are my notes, not a workspace.\n'.repeat(300));
  await (await openStore(project.path('newer.bitlog2'))).close();
  const instance = await DuckDBInstance.create(project.path('newer.bitlog2'));
  const connection = await instance.connect();
  await connection.run('UPDATE workspace_version SET version = 9999');
  await connection.run('CHECKPOINT');
  connection.closeSync();
  instance.closeSync();
}

/** Words of the message by part; `place` where there is one. */
interface Words {
  readonly what: string;
  readonly file?: string;
  readonly place?: string;
  readonly expected?: string;
  readonly next: string;
}

/** The lines of a failure as the command line writes it. */
function expectFailure(stderr: string, words: Words): void {
  const parts = new Map(stderr.split('\n').map((line) => /^ {2}(file|place|expected|next): +(.*)$/.exec(line)).filter((match) => match !== null).map((match) => [match[1], match[2]]));
  expect(stderr).toContain(words.what);
  for (const part of ['file', 'place', 'expected', 'next'] as const) {
    const wanted = words[part];
    if (wanted !== undefined) expect(`${part}: ${parts.get(part) ?? '(not said)'}`).toContain(wanted);
  }
  expectNoStack(stderr);
}

function expectNoStack(stderr: string): void {
  expect(stderr).not.toMatch(/\n\s+at .*[:(]\d+/);
  expect(stderr).not.toMatch(/\.(js|ts):\d+/);
  expect(stderr).not.toContain('Internal error');
}

describe('a model that cannot be used', () => {
  it.each<[string, Words]>([
    ['text.onnx', { what: 'looks like a text file', expected: 'an ONNX model', next: 'Choose an .onnx or .safetensors file' }],
    ['empty.onnx', { what: 'looks like an empty file', expected: 'an ONNX model', next: 'Choose an .onnx or .safetensors file' }],
    ['pickle.onnx', { what: 'a Python pickle, perhaps a PyTorch checkpoint', expected: 'an ONNX model', next: 'export the model to ONNX' }],
    ['zip.onnx', { what: 'a zip archive, perhaps a PyTorch checkpoint', expected: 'an ONNX model', next: 'export the model to ONNX' }],
    ['truncated.onnx', { what: 'truncated', expected: 'whole', next: 'again' }],
    ['external.onnx', { what: 'weights file', file: 'external.onnx.data', expected: 'in the folder of the model', next: 'Copy both files' }],
    ['no-attention.onnx', { what: 'no softmax attention', expected: 'Softmax', next: 'vision transformer' }],
    ['fused.onnx', { what: 'fused', place: 'MultiHeadAttention', expected: 'MatMul, Softmax, MatMul', next: 'Export again' }],
    ['quantised.onnx', { what: 'already quantised', place: 'DequantizeLinear', expected: 'float32', next: 'Export the original model' }],
    ['unsupported.onnx', { what: 'the operator Fancy', place: 'Fancy', expected: 'standard ONNX', next: 'Export the model again' }],
    ['rank.onnx', { what: 'does not take a batch of pictures', place: '[1, 3, 1024]', expected: '[batch, 3, height, width]', next: 'Export the model' }],
    ['nan.onnx', { what: 'hold NaN', place: 'blocks.1.mlp.fc1', expected: 'finite', next: 'Export the model again' }],
    ['missing.onnx', { what: 'no model file', expected: 'a file', next: 'Check the path' }],
  ])('%s is refused by inspect', async (file, words) => {
    const { code, stdout, stderr } = await bitlog2(['inspect', '--model', file]);
    expectFailure(stderr, { file: project.path(file), ...words });
    expect([code, stdout]).toEqual([1, '']);
  });

  it('is refused by eval in the same words', async () => {
    const { code, stderr } = await bitlog2(evaluate({ '--model': 'truncated.onnx' }));
    expectFailure(stderr, { what: 'truncated', file: project.path('truncated.onnx'), expected: 'whole', next: 'again' });
    expect(code).toBe(1);
  });

  it('does not keep others from being evaluated', async () => {
    const { code, stdout, stderr } = await bitlog2(evaluate({ '--model': 'nan.onnx,good.onnx' }, '--json'));
    expectFailure(stderr, { what: 'hold NaN', file: project.path('nan.onnx'), next: 'Export' });
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { runs: { model: string; images: number }[] }).runs).toMatchObject([{ model: 'good', images: 6 }]);
  });
});

describe.skipIf(process.platform === 'win32')('a temporary folder that cannot be used is named, and not the model blamed', () => {
  it.each<[string, string, Words]>([
    ['is not there', 'export TMPDIR=/no/such/folder', { what: 'nothing can be written to the temporary folder (ENOENT)', file: '/no/such/folder', expected: 'can be written', next: 'Set TMPDIR' }],
    ['is full', 'ulimit -f 8', { what: 'no space left in the temporary folder', file: tmpdir(), expected: 'free space', next: 'Free some space' }],
  ])('%s', async (_name, before, words) => {
    const { code, stderr } = await bitlog2(['inspect', '--model', 'good.onnx'], before);
    expectFailure(stderr, words);
    expect(code).toBe(1);
  });
});

describe('a data set that cannot be used', () => {
  it.each<[string, () => string, Words]>([
    ['missing', () => project.path('nowhere'), { what: 'does not exist', expected: 'a readable folder', next: 'Check the path' }],
    ['a file', () => project.path('good.onnx'), { what: 'is not a folder', expected: 'a readable folder', next: 'Choose the folder' }],
    ['an empty folder', () => { mkdirSync(project.path('empty')); return project.path('empty'); }, { what: 'has no pictures', expected: 'train/CLASS/picture', next: 'Choose the folder' }],
    ['class folders without pictures', () => { mkdirSync(project.path('hollow', 'anvil'), { recursive: true }); return project.path('hollow'); }, { what: 'hold no pictures', expected: '.jpeg', next: 'Check' }],
    ['pictures without class folders', () => { project.file('flat/a.png', picture(1)); return project.path('flat'); }, { what: 'without class folders', place: 'a.png', expected: 'ILSVRC2012_val_', next: 'sort them into one folder per class' }],
  ])('%s is refused', async (_name, make, words) => {
    const folder = make();
    const { code, stderr } = await bitlog2(evaluate({ '--dataset': folder }));
    expectFailure(stderr, { file: folder, ...words });
    expect(code).toBe(1);
  });

  it('whose labels do not fit the outputs of the model is refused', async () => {
    project.file('two/val/anvil/a.png', picture(1));
    project.file('two/val/basket/a.png', picture(2));
    const { code, stderr } = await bitlog2(evaluate({ '--dataset': 'two' }));
    expectFailure(stderr, { what: 'The model has 6 outputs', file: project.path('good.onnx'), place: project.path('two'), expected: 'one output per class folder', next: 'Choose the data set' });
    expect(code).toBe(1);
  });

  it('a list that names a picture that is not there is refused with its line', async () => {
    project.file('list.txt', 'val/anvil/0000.png\nval/anvil/9999.png\n');
    const { code, stderr } = await bitlog2(evaluate({ '--image-list': 'list.txt' }));
    expectFailure(stderr, { what: 'val/anvil/9999.png', place: 'line 2', expected: 'a path relative to', next: 'Correct or remove' });
    expect(code).toBe(1);
  });
});

describe('pictures that cannot be used', () => {
  it('are skipped, counted and listed; one pixel wide is evaluated; exit 3', async () => {
    const folder = 'spoiled';
    project.pictures(`${folder}/val`, 12, 5);
    const good = picture(3);
    const wide = Buffer.from(good);
    wide.writeUInt32BE(40_000, 16);
    wide.writeUInt32BE(crc32(wide, 12, 29), 29);
    const fixtures = resolve('test/fixtures/images');
    const bad: readonly [string, Uint8Array | string, string][] = [
      ['val/anvil/broken.png', good.slice(0, 200), 'broken'],
      ['val/basket/cmyk.jpg', readFileSync(join(fixtures, 'refused-cmyk.jpg')), 'cmyk'],
      ['val/candle/wide.png', wide, 'too-large'],
      ['val/drum/text.JPEG', 'This is not a picture.\n', 'not-an-image'],
      ['val/easel/nothing.jpg', '', 'broken'],
    ];
    for (const [name, content] of bad) project.file(`${folder}/${name}`, content);
    project.file(`${folder}/val/flute/thin.png`, picture(4, 1, 40));
    const options = { '--dataset': folder, '--limit': '18', '--batch': '4' };
    const { code, stdout, stderr } = await bitlog2(evaluate(options, '--json', '--fp32', '--no-gate'));
    expectNoStack(stderr);
    expect(code).toBe(3);
    const { runs } = JSON.parse(stdout) as { runs: { images: number; total: number; skipped: { file: string; reason: string }[] }[] };
    expect(runs).toHaveLength(2);
    for (const run of runs) {
      expect(run).toMatchObject({ images: 13, total: 18 });
      expect(run.skipped.map(({ file, reason }) => [file, reason])).toEqual(bad.map(([name, , reason]) => [name, reason]));
    }
    for (const [name, , reason] of bad) expect(stderr).toMatch(new RegExp(`skipped: ${name}: ${reason}, .{10,}`));
    expect(stderr).toContain('5 images were skipped');
  });

  it('of which none is left to calibrate on: the run fails by name', async () => {
    project.pictures('lost/val', 6, 5);
    for (const name of ['anvil', 'basket', 'candle', 'drum', 'easel', 'flute']) project.file(`lost/train/${name}/a.jpg`, 'no picture');
    const { code, stderr } = await bitlog2(evaluate({ '--dataset': 'lost' }));
    expectFailure(stderr, { what: 'None of the calibration images could be read', expected: '4 readable images', next: 'skipped' });
    expect(code).toBe(1);
  });
});

// Every option's own words are in eval.test, in this process; here is what a process makes of each kind of mistake.
describe('options that are wrong end with code 2 and what is allowed', () => {
  it.each<[string[], RegExp]>([
    [evaluate({ '--log_quant_scheme': 'Sqrt3_17' }), /"Sqrt3_17" is not a scheme\. Allowed: Sqrt2_16, .*BitLog2_Half_17/],
    [['eval', '--model', 'good.onnx'], /required option '--dataset <folder>' not specified/],
    [evaluate({}, '--modle', 'x'), /unknown option '--modle'/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await bitlog2(args);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('--help');
    expectNoStack(stderr);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('a workspace that cannot be used', () => {
  it.each<[string, Words]>([
    ['newer.bitlog2', { what: 'newer version', place: '9999', expected: 'or older', next: 'Update the program' }],
    ['text.bitlog2', { what: 'not a workspace', expected: 'a workspace made by this program', next: '--workspace OTHER' }],
    ['data', { what: 'not a workspace', expected: 'a workspace made by this program', next: '--workspace OTHER' }],
  ])('%s is refused, and left as it is', async (name, words) => {
    const before = name === 'data' ? null : readFileSync(project.path(name));
    const { code, stderr } = await bitlog2(evaluate({ '--workspace': name }));
    expectFailure(stderr, { file: project.path(name), ...words });
    expect(code).toBe(1);
    if (before !== null) expect(readFileSync(project.path(name)).equals(before)).toBe(true);
  });

  it('that another process has open: its holder is named', async () => {
    const store = await openStore(project.path('held.bitlog2'));
    const { code, stderr } = await bitlog2(evaluate({ '--workspace': 'held.bitlog2' }));
    await store.close();
    expectFailure(stderr, { what: `in use by process ${process.pid}`, file: project.path('held.bitlog2'), expected: 'one process at a time', next: '--workspace OTHER' });
    expect(code).toBe(1);
  });

  it.skipIf(process.platform === 'win32')('on a full disk: it says so, keeps what is stored, and goes on once there is space', async () => {
    project.pictures('many/val', 240, 6);
    project.pictures('many/train', 6, 7);
    const args = evaluate({ '--dataset': 'many', '--workspace': 'full.bitlog2', '--limit': '240', '--log_quant_scheme': 'all' }, '--no-gate');
    // A limit on the size of files is a full disk that needs no root: the workspace's log cannot grow beyond it.
    const full = await bitlog2(args, 'ulimit -f 220');
    expectFailure(full.stderr, { what: 'no space left', file: project.path('full.bitlog2'), expected: 'free space', next: '--resume' });
    expect(full.code).toBe(1);
    const resumed = await bitlog2([...args, '--resume', '--json']);
    expect(resumed.code).toBe(0);
    expect((JSON.parse(resumed.stdout) as { runs: { images: number; state: string }[] }).runs.map(({ images, state }) => [images, state])).toEqual(Array.from({ length: 6 }, () => [240, 'done']));
  });
});
