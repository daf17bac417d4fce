/** The same weights as an ONNX file and as timm's safetensors: the same logits, and site by site the same parameters when both are calibrated on the same pictures. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import { presetParameters } from '../../../../src/engine/core/builder/check-preset';
import { presetGraph, presetNames, type Preset } from '../../../../src/engine/core/builder/presets';
import { randomWeights } from '../../../../src/engine/core/builder/weight-source';
import { readModelFile } from '../../../../src/engine/runtime/ort/import-model';
import { swinMini, vitMini } from '../../../helpers/model-fixtures';
import { safetensorsBytes, type TensorToWrite } from '../../../helpers/safetensors-bytes';
import { smallEngine } from '../../../helpers/small-engine';
import { smallClasses, smallProject, smallSpec } from '../../../helpers/small-project';
import { timmWeights } from '../../../helpers/timm-weights';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const project = smallProject('weights-parity');
let engine: Engine;
let pictures: string;

beforeAll(() => {
  engine = smallEngine(project.path('parity.bitlog2'));
  pictures = project.pictures('images', 12);
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

interface Found {
  readonly logits: number[][];
  /** By site, operand and field. */
  readonly parameters: ReadonlyMap<string, readonly unknown[]>;
}

/** Logits of three inputs, and everything that calibration finds. */
async function found(model: string, input: number): Promise<Found> {
  const pixels = Float32Array.from({ length: 3 * 3 * input * input }, (_, i) => Math.sin(i * 0.7) + 0.3 * Math.cos(i * 0.013));
  const logits = await engine.logits(model, pixels);
  const { runs } = await engine.call('evaluation.run', smallSpec([model], pictures, { limit: 1, calibrationImages: 2, withFp32: false, schemes: ['BitLog2_Half_17'] }));
  const rows = runs.flatMap(({ parameters }) => Object.entries(parameters)).flatMap(([site, operands]) => Object.entries(operands).flatMap(([operand, fields]) => Object.entries(fields).map(([field, values]) => [`${currentName(site)} ${operand}.${field}`, [values].flat()] as const)));
  return { logits, parameters: new Map(rows) };
}

/** Older timm puts a stage's downsampling at the end of the stage before, and calls the head otherwise; networks from weights have the current names. */
function currentName(site: string): string {
  return site.replace(/^layers\.(\d+)\.downsample\./, (_all, stage: string) => `stage ${stage === '0' ? 1 : stage} downsample.`).replace(/^head(\.fc)?$/, 'head');
}

/** `factor`: what the ONNX file's parameter is in times of the other's, where the export computes something in another order; `tolerance`: relative. */
async function expectSame(onnx: string, weights: string, input: number, { tolerance = 0, factor = (_name: string): number => 1 } = {}): Promise<void> {
  const expected = await found(onnx, input);
  const actual = await found(weights, input);
  const apart = Math.max(...expected.logits.flatMap((row, image) => row.map((value, label) => Math.abs(value - (actual.logits[image]?.[label] ?? NaN)))));
  expect(apart).toBeLessThan(1e-4);
  expect(expected.parameters.size).toBeGreaterThan(20);
  expect([...actual.parameters.keys()].sort()).toEqual([...expected.parameters.keys()].sort());
  const same = (name: string, values: readonly unknown[]): boolean => values.every((value, i) => {
    const other = actual.parameters.get(name)?.[i];
    if (typeof value !== 'number' || typeof other !== 'number') return value === other;
    return Math.abs(value - other * factor(name)) <= tolerance * Math.abs(value);
  });
  expect([...expected.parameters].filter(([name, values]) => !same(name, values)).map(([name]) => name)).toEqual([]);
}

const classes = smallClasses.length;
const small: Readonly<Record<string, Preset>> = {
  vit: { family: 'vit', options: { image: 32, patch: 8, dim: 128, depth: 2, heads: 2, mlpRatio: 2, classes } },
  'distilled deit': { family: 'vit', options: { image: 32, patch: 8, dim: 128, depth: 2, heads: 2, mlpRatio: 2, classes, distilled: true } },
  swin: { family: 'swin', options: { image: 64, patch: 4, dim: 24, depths: [2, 2], heads: [2, 4], window: 2, mlpRatio: 2, classes } },
};

describe('our own export and safetensors of the same weights', () => {
  it.each(Object.keys(small))('%s', async (name) => {
    const preset = small[name];
    if (preset === undefined) throw new Error(name);
    const tensors = new Map<string, TensorToWrite>();
    const random = randomWeights(11);
    const graph = presetGraph(preset, (parameter, dims, kind) => {
      const tensor = random(parameter, dims, kind);
      if (tensor.data instanceof Float32Array) tensors.set(parameter, { shape: dims, data: tensor.data });
      return tensor;
    });
    await expectSame(project.model(`${name}.onnx`, graph), project.file(`${name}.safetensors`, safetensorsBytes(tensors)), preset.options.image);
  });
});

describe('timm\'s export and safetensors of the same weights', () => {
  it.each([['vit_mini', vitMini, 3], ['swin_mini', swinMini, undefined]] as const)('%s', async (name, onnx, heads) => {
    const folder = project.path(name);
    mkdirSync(folder, { recursive: true });
    // Its heads are smaller than those of models in use.
    if (heads !== undefined) writeFileSync(join(folder, 'config.json'), JSON.stringify({ num_attention_heads: heads }));
    const file = project.file(join(name, 'weights.safetensors'), safetensorsBytes(timmWeights(readModelFile(onnx))));
    const outputs = (await engine.call('model.add', { file })).classes;
    // The pictures' classes are six: the data set of as many classes as the network has outputs is what can be evaluated.
    pictures = outputs === classes ? pictures : spread(outputs);
    // This old export of ViT scales the scores where current ones scale q, and Swin's takes the mean over patches in another order: last bits.
    await expectSame(onnx, file, 224, { tolerance: 1e-5, factor: (parameter) => (heads !== undefined && parameter.endsWith('matmul1 A.delta') ? Math.sqrt(96 / heads) : 1) });
  });
});

/** Twelve pictures in class folders by number, of as many classes as the network has. */
function spread(outputs: number): string {
  const from = project.pictures('some', 12);
  const root = project.path(`classes-${outputs}`);
  for (let label = 0; label < outputs; label++) mkdirSync(join(root, String(label).padStart(4, '0')), { recursive: true });
  for (let i = 0; i < 12; i++) {
    const source = join(from, smallClasses[i % classes] ?? '', `${String(Math.floor(i / classes)).padStart(4, '0')}.png`);
    writeFileSync(join(root, String(i % outputs).padStart(4, '0'), `${i}.png`), readFileSync(source));
  }
  return dirname(join(root, 'x'));
}

describe('all seven architectures', () => {
  const { models } = JSON.parse(readFileSync(join(__dirname, '../../../fixtures/timm/state-shapes.json'), 'utf8')) as { models: Record<string, Record<string, number[]>> };

  it.each(presetNames)('%s: names and shapes are those of timm\'s state dictionary', (name) => {
    const plain = (shape: readonly number[]): string => shape.join(' x ');
    const ours = [...presetParameters(name)].map(([parameter, dims]) => [parameter, plain(dims)]);
    const timms = Object.entries(models[name] ?? {}).map(([parameter, dims]) => [parameter, plain(dims)]);
    expect(ours.sort()).toEqual(timms.filter(([parameter]) => !/relative_position_index|attn_mask/.test(parameter ?? '')).sort());
  });
});
