import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import { resolveModel } from '../../src/cli/model-names';
import { seedModels } from '../../src/shared/seed-models';
import { userDataFolder } from '../../src/cli/user-data';
import type { EvaluationResult } from '../../src/shared/evaluation';
import type { Inspection } from '../../src/shared/inspection';
import type { ParityResult } from '../../src/shared/parity';
import { board } from '../helpers/board-records';
import { cliRecord } from '../helpers/cli-environment';
import { datasetRecord } from '../helpers/store-records';

const inspection: Inspection = {
  family: 'vit', distilled: false, classToken: true, input: { name: 'x', channels: 3, height: 56, width: 56 }, output: { name: 'y', classes: 10 }, patch: [4, 4], parameters: 1_500_000, macs: 2_000_000_000,
  nodes: 10, opset: 17, norms: [], products: { total: 3, understood: 2 }, batchable: false, exportedBatch: 8, blocks: [], notes: ['LayerNorm was fused'],
  sites: [{
    name: 'blocks.0.attn.matmul2', role: 'matmul2', block: 0, shapes: { a: [3, 197, 197], b: [3, 197, 64], output: [3, 197, 64] }, heads: 3, macs: 1,
    becomes: [{ operand: 'A', quantiser: 'log', bits: 4, per: 'tensor', reparameterised: false }, { operand: 'B', quantiser: 'uniform', bits: 4, per: 'tensor', reparameterised: false }],
    integerObstacle: 'its sums can be too large',
  }],
  notUnderstood: [{ node: '/head/Einsum', opType: 'Einsum', expected: 'a MatMul', consequence: 'it stays unquantised' }],
};

describe('inspect', () => {
  it('says how many products are understood, what each becomes and what is not understood', async () => {
    const record = cliRecord({ 'model.inspect': () => inspection }, { '/here/m.onnx': 'x' });
    expect(await runCli(['inspect', '--model', 'm.onnx'], record.environment)).toBe(0);
    for (const text of ['2 of 3 matrix products', 'batch 8 only', '3x197x197', 'A: log scheme; B: 4 bit per tensor', 'its sums can be too large', 'note: LayerNorm was fused', 'not understood: Einsum /head/Einsum']) expect(record.stdout(), text).toContain(text);
    const json = cliRecord({ 'model.inspect': () => inspection }, { '/here/m.onnx': 'x' });
    await runCli(['inspect', '--model', 'm.onnx', '--json'], json.environment);
    expect(JSON.parse(json.stdout())).toEqual(inspection);
  });

  it('prints FP32 logits of raw inputs', async () => {
    const values = [1, -2.5, 3e-8];
    // At an odd offset, as a slice of a larger buffer would be.
    const bytes = new Uint8Array(1 + 4 * values.length).subarray(1);
    values.forEach((value, i) => new DataView(bytes.buffer, bytes.byteOffset).setFloat32(4 * i, value, true));
    const seen: number[][] = [];
    const record = cliRecord({ logits: (_file, inputs) => { seen.push([...inputs]); return [[0.5, 1.5]]; } }, { '/here/m.onnx': 'x', '/here/in.bin': bytes, '/here/odd.bin': new Uint8Array(6) });
    expect(await runCli(['inspect', '--model', 'm.onnx', '--logits', 'in.bin'], record.environment)).toBe(0);
    expect(JSON.parse(record.stdout())).toEqual({ logits: [[0.5, 1.5]] });
    expect(seen).toEqual([values.map(Math.fround)]);
    expect(await runCli(['inspect', '--model', 'm.onnx', '--logits', 'odd.bin'], record.environment)).toBe(1);
    expect(await runCli(['inspect', '--model', 'm.onnx', '--logits', 'missing.bin'], record.environment)).toBe(1);
    expect(record.stderr()).toContain('6 bytes');
    expect(record.stderr()).toContain('/here/missing.bin');
  });
});

describe('parity', () => {
  const agreement = { relative_l2: 0.01, mean_cosine: 0.999, top1_same: 16, images: 16, ok: true, realisation: 0 };
  const good: ParityResult = { ok: true, fp32: { max_abs: 1e-6, ok: true }, sites: [{ site: 'head', field: 'input.delta', expected: [1], actual: [1], ok: true }], free: agreement, pinned: agreement };
  const args = ['parity', 'g.json', '--model', 'm.onnx', '--images', 'i'];

  it('exits 0 when equal, 1 when not, and names what is not', async () => {
    const asked: unknown[] = [];
    const ok = cliRecord({ parity: (options) => { asked.push(options); return good; } }, { '/here/m.onnx': 'x' });
    expect(await runCli(args, ok.environment)).toBe(0);
    expect(asked).toEqual([{ golden: '/here/g.json', model: '/here/m.onnx', images: '/here/i' }]);
    const wrong: ParityResult = { ...good, ok: false, sites: [{ site: 'head', field: 'weight.delta', expected: [1, 2, 3, 4, 5], actual: [1, 2, 3, 4, 6], ok: false }], trace: [{ site: 'blocks.0.mlp.fc1', relative_l2: 1e-3, boundary_elements: 2, ok: false }] };
    const bad = cliRecord({ parity: () => wrong }, { '/here/m.onnx': 'x' });
    expect(await runCli(args, bad.environment)).toBe(1);
    for (const text of ['FAILED parameters: 0 of 1', 'head weight.delta: expected 1, 2, 3, 4, ... (5)', 'FAILED trace blocks.0.mlp.fc1', 'NOT equal']) expect(bad.stdout(), text).toContain(text);
    const json = cliRecord({ parity: () => wrong }, { '/here/m.onnx': 'x' });
    expect(await runCli([...args, '--json'], json.environment)).toBe(1);
    expect(JSON.parse(json.stdout())).toEqual(wrong);
  });

  it('wants a record, a model and images', async () => {
    for (const incomplete of [['parity'], ['parity', 'g.json', '--model', 'm.onnx'], ['parity', 'g.json', '--images', 'i']]) expect(await runCli(incomplete, cliRecord().environment)).toBe(2);
  });
});

describe('sample', () => {
  const made = board(['one', 'two']);
  const result: EvaluationResult = { state: 'done', runs: made.cells.flatMap((cell) => (cell.run === null ? [] : [{ run: cell.run, parameters: {}, skipped: [] }])), paired: [], failures: [] };
  const summary = { file: '/work/space.bitlog2', models: [...made.models], datasets: [datasetRecord('small')], runs: [] };

  it('runs FP32 and all schemes on both models, prints the table, writes the report beside the workspace', async () => {
    const record = cliRecord({
      'workspace.open': () => summary, 'workspace.summary': () => summary, 'evaluation.run': () => result, 'board.get': () => made,
      'report.data': () => ({ board: made, runs: [], pairs: [], workspace: summary.file, engine: '1.0', created: 'now' }),
    });
    expect(await runCli(['sample', '--workspace', '/work/space.bitlog2', '--limit', '50'], record.environment)).toBe(0);
    expect(record.calls.find((call) => call.method === 'evaluation.run')?.params).toMatchObject({ models: ['/sample/one.onnx', '/sample/two.onnx'], dataset: '/sample/images', withFp32: true, limit: 50, wBits: 4, aBits: 4 });
    expect(record.stdout().split('\n').filter((line) => /^(one|two) /.test(line))).toHaveLength(14);
    expect(record.stdout()).toMatch(/one +Sqrt2_16 +W4A4 +1000 +88\.00 +86\.00 to 89\.50 +93\.00 +-2\.00/);
    expect([...record.written.keys()]).toEqual(['/work/space.report.html']);
    expect(record.written.get('/work/space.report.html')).toContain('<svg');
    expect(record.stdout()).toContain('report: /work/space.report.html');
  });
});

describe('model names', () => {
  const environment = (names: readonly string[]): Parameters<typeof resolveModel>[0] => ({ exists: (path) => path === '/x/m.onnx', list: () => names, resolvePath: (path) => `/x/${path}` });

  it('takes a file first, the seed’s weights second, another tag with a warning', () => {
    expect(resolveModel(environment([]), '/models', 'm.onnx')).toEqual({ file: '/x/m.onnx', warning: null });
    expect(resolveModel(environment(['deit_tiny_patch16_224.fb_in1k.onnx', 'deit_tiny_patch16_224.other.onnx', 'deit_tiny_patch16_224.onnx']), '/models', 'deit_tiny')).toEqual({ file: '/models/deit_tiny_patch16_224.fb_in1k.onnx', warning: null });
    expect(resolveModel(environment(['deit_tiny_patch16_224.safetensors']), '/models', 'deit_tiny')).toEqual({ file: '/models/deit_tiny_patch16_224.safetensors', warning: null });
    const other = resolveModel(environment(['vit_base_patch16_224.augreg_in1k.onnx', 'vit_base_patch16_224.txt']), '/models', 'vit_base');
    expect(other.file).toBe('/models/vit_base_patch16_224.augreg_in1k.onnx');
    expect(other.warning).toContain('augreg_in21k_ft_in1k');
  });

  it.each(seedModels)('says which file to get for $name', ({ name, architecture, tag }) => {
    expect(() => resolveModel(environment(['unrelated.onnx']), '/models', name)).toThrow(new RegExp(`${architecture}.*${tag}[\\s\\S]*bitlog2 models get ${name} [\\s\\S]*/models`));
  });

  it('lists the names for an unknown one', () => {
    expect(() => resolveModel(environment([]), '/models', 'vit_smal')).toThrow(/vit_small, vit_base/);
  });
});

describe('user data', () => {
  it('is the window’s folder on each system', () => {
    expect(userDataFolder('linux', { XDG_CONFIG_HOME: '/xdg' })).toBe('/xdg/bitlog2-workbench');
    expect(userDataFolder('linux', {})).toMatch(/\.config\/bitlog2-workbench$/);
    expect(userDataFolder('darwin', {})).toMatch(/Library\/Application Support\/bitlog2-workbench$/);
  });
});
