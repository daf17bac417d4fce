import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../../../src/engine';
import { compareLogits } from '../../../../src/engine/core/parity/compare-logits';
import { compareParameters } from '../../../../src/engine/core/parity/compare-parameters';
import { freeBounds, pinnedBounds } from '../../../../src/engine/core/parity/bounds';
import { goldenParameters, parseGolden } from '../../../../src/engine/core/parity/golden';
import type { Golden } from '../../../../src/shared/golden';
import { importModel } from '../../../../src/engine/runtime/ort/import-model';
import type { ParityResult } from '../../../../src/shared/parity';
import { builtEntry } from '../../../setup/built-entry';

const fixtures = join(__dirname, '../../../fixtures');
const images = join(fixtures, 'images', 'synthetic');
const golden = (name: string): string => join(fixtures, 'parity', `${name}.json`);
const model = (name: string): string => join(fixtures, 'parity', `${name}.onnx`);

let engine: Engine;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parity-'));
  engine = createEngine({ workerPath: builtEntry('worker'), resourcesPath: join(__dirname, '../../../../resources'), defaultWorkspace: join(folder, 'w.bitlog2'), version: 'test', workers: 1 });
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

function wrong(result: ParityResult): unknown {
  return {
    fp32: result.fp32, free: result.free, pinned: result.pinned,
    sites: result.sites.filter((row) => !row.ok).map(({ site, field, expected, actual }) => ({ site, field, expected: expected.slice(0, 3), actual: actual.slice(0, 3) })),
    trace: result.trace?.filter((row) => !row.ok),
  };
}

describe('the reference\'s own records', () => {
  it.each([
    ['vit_mini.BitLog2_Half_17.w4a4.trace', 'vit_mini'],
    ['vit_mini.Sqrt2_17.w4a4', 'vit_mini'],
    ['swin_mini.BitLog2_Half_16.w4a4', 'swin_mini'],
  ])('%s: FP32, calibration, free-running and pinned logits, and single sites', async (record, name) => {
    const result = await engine.parity({ golden: golden(record), model: model(name), images });
    expect(result.ok, JSON.stringify(wrong(result), null, 1)).toBe(true);
    expect(result.sites.length).toBeGreaterThan(80);
    expect(result.pinned.images).toBe(16);
    if (record.endsWith('trace')) expect(result.trace?.map((row) => row.site)).toContain('blocks.0.attn.matmul2');
  });

  it('says no when one recorded FP32 logit is moved', async () => {
    const record: Golden = JSON.parse(readFileSync(golden('vit_mini.Sqrt2_17.w4a4'), 'utf8'));
    const row = record.fp32_logits[3] ?? [];
    row[500] = (row[500] ?? 0) + 2e-4;
    const moved = join(folder, 'moved.json');
    writeFileSync(moved, JSON.stringify(record));
    const result = await engine.parity({ golden: moved, model: model('vit_mini'), images });
    expect(result.fp32.ok).toBe(false);
    expect(result.ok).toBe(false);
  });
});

describe('one number moved beyond its bound', () => {
  const text = readFileSync(golden('vit_mini.BitLog2_Half_17.w4a4'), 'utf8');
  const original = parseGolden(text, 'golden');

  /** The golden's own parameters as the measured ones: every row is right until a number of the record is moved. */
  const imported = importModel(model('vit_mini'));
  async function failing(move: (record: Golden) => void): Promise<string[]> {
    const { structure } = await imported;
    const record = parseGolden(text, 'golden');
    move(record);
    return compareParameters(goldenParameters(record), goldenParameters(original), structure).filter((row) => !row.ok).map((row) => `${row.site} ${row.field}`);
  }

  function scale(values: number[] | undefined, index: number, factor: number): void {
    if (values === undefined) throw new Error('the record has no such vector');
    values[index] = (values[index] ?? 0) * factor;
  }

  it('finds nothing in the record as it is', async () => {
    expect(await failing(() => undefined)).toEqual([]);
  });

  it.each<[string, (record: Golden) => void]>([
    ['blocks.0.attn.proj weight.delta', (r) => scale(r.sites['blocks.0.attn.proj']?.weight?.delta, 7, 1 + 1e-6)],
    ['blocks.0.attn.proj weight.zero_point', (r) => scale(r.sites['blocks.0.attn.proj']?.weight?.zero_point, 7, 8 / 7)],
    ['blocks.1.attn.qkv weight.delta', (r) => scale(r.sites['blocks.1.attn.qkv']?.weight?.delta, 100, 1.14)],
    ['blocks.1.attn.qkv weight.zero_point', (r) => scale(r.sites['blocks.1.attn.qkv']?.weight?.zero_point, 100, 1.4)],
    ['patch_embed.proj input.delta', (r) => scale(r.sites['patch_embed.proj']?.input?.delta, 0, 1 + 2e-6)],
    ['patch_embed.proj input.zero_point', (r) => scale(r.sites['patch_embed.proj']?.input?.zero_point, 0, 1.01)],
    ['patch_embed.proj input.bits', (r) => { const input = r.sites['patch_embed.proj']?.input; if (input?.bits !== undefined) input.bits = 4; }],
    ['blocks.0.attn.qkv input.delta', (r) => scale(r.sites['blocks.0.attn.qkv']?.input?.delta, 0, 1 + 2e-6)],
    ['blocks.0.attn.qkv input.zero_point', (r) => scale(r.sites['blocks.0.attn.qkv']?.input?.zero_point, 0, 1 + 2e-6)],
    ['blocks.2.mlp.fc2 input.delta', (r) => scale(r.sites['blocks.2.mlp.fc2']?.input?.delta, 0, 1.07)],
    ['blocks.2.mlp.fc2 input.zero_point', (r) => scale(r.sites['blocks.2.mlp.fc2']?.input?.zero_point, 0, 3)],
    ['blocks.2.attn.matmul1 A.delta', (r) => scale(r.sites['blocks.2.attn.matmul1']?.A?.delta, 0, 0.93)],
    ['blocks.2.attn.matmul1 B.zero_point', (r) => scale(r.sites['blocks.2.attn.matmul1']?.B?.zero_point, 0, 1.4)],
    ['blocks.1.attn.matmul2 A.delta', (r) => scale(r.sites['blocks.1.attn.matmul2']?.A?.delta, 0, 1.006)],
    ['blocks.1.attn.matmul2 B.delta', (r) => scale(r.sites['blocks.1.attn.matmul2']?.B?.delta, 0, 1.07)],
    ['blocks.0.mlp.fc1 reparameterisation.channel_delta', (r) => scale(r.reparameterisation['blocks.0.mlp.fc1']?.channel_delta, 5, 1 + 2e-6)],
    ['blocks.2.mlp.fc1 reparameterisation.channel_delta', (r) => scale(r.reparameterisation['blocks.2.mlp.fc1']?.channel_delta, 5, 1.14)],
    ['blocks.2.mlp.fc1 reparameterisation.channel_zero_point', (r) => scale(r.reparameterisation['blocks.2.mlp.fc1']?.channel_zero_point, 5, 4)],
  ])('%s', async (row, move) => {
    expect(await failing(move)).toEqual([row]);
  });

  it('a vector that is missing or too short', async () => {
    expect(await failing((record) => { record.sites['head']?.weight?.delta.pop(); })).toEqual(['head weight.delta']);
    expect(await failing((record) => { delete record.sites['head']; })).toEqual(['head input.delta', 'head input.zero_point', 'head weight.delta', 'head weight.zero_point']);
  });

  it('a quantised logit, moved by as much as the whole tolerance', () => {
    const { quantized_logits: logits } = original;
    const moved = logits.map((row) => [...row]);
    const size = Math.sqrt(logits.flat().reduce((sum, value) => sum + value * value, 0));
    const first = moved[0] ?? [];
    first[0] = (first[0] ?? 0) + 0.11 * size;
    expect(compareLogits(logits, logits, pinnedBounds).ok).toBe(true);
    expect(compareLogits(moved, logits, pinnedBounds).ok).toBe(false);
    first[0] += 0.4 * size;
    expect(compareLogits(moved, logits, freeBounds).ok).toBe(false);
  });
});

it('names the field of a record that cannot be used', () => {
  const record = JSON.parse(readFileSync(golden('vit_mini.Sqrt2_17.w4a4'), 'utf8'));
  expect(() => parseGolden('{', 'x.json')).toThrow(/not JSON/);
  expect(() => parseGolden(JSON.stringify({ ...record, w_bits: 'four' }), 'x.json')).toThrow(/w_bits/);
  expect(() => parseGolden(JSON.stringify({ ...record, scheme: 'Log3' }), 'x.json')).toThrow(/scheme/);
});
