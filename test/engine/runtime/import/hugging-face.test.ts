/** Hugging Face folders against what transformers itself answers (test/fixtures/hugging-face: numbers only, the weights are generated). */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readProcessor } from '../../../../src/engine/core/builder/hugging-face-config';
import type { Graph } from '../../../../src/engine/core/graph/types';
import { normalisationTable, normaliseWithTable } from '../../../../src/engine/core/images/normalise';
import { preprocessJson, preprocessKeys } from '../../../../src/engine/core/images/preprocess';
import { resizeAndCrop } from '../../../../src/engine/core/images/resize-and-crop';
import { importModel } from '../../../../src/engine/runtime/ort/import-model';
import { probeLogits } from '../../../../src/engine/runtime/ort/probe';
import { modelFile, modelName } from '../../../../src/engine/runtime/library/model-file';
import { EngineError, type Failure } from '../../../../src/shared/failure';
import { generatedStream, generatedWeights } from '../../../helpers/generated-weights';
import { safetensorsBytes, type TensorToWrite } from '../../../helpers/safetensors-bytes';
import { smallProject } from '../../../helpers/small-project';

interface Network { readonly config: Record<string, unknown>; readonly parameters: [string, number[]][]; readonly moduleNames: string[]; readonly logits: number[][] }
interface Processor { readonly file: Record<string, unknown>; readonly width: number; readonly height: number; readonly shape: number[]; readonly first: number[]; readonly sum: number }
const { networks, processors } = JSON.parse(readFileSync(join(__dirname, '../../../fixtures/hugging-face/hugging-face.json'), 'utf8')) as { networks: Record<string, Network>; processors: Record<string, Processor> };

const project = smallProject('hugging-face');
afterAll(() => project.remove());

const pixels = generatedStream(1000, 2 * 3 * 32 * 32);
const images = [0, 1].map((image) => Float32Array.from(pixels.subarray(image * 3072, (image + 1) * 3072)));

function network(name: string): Network {
  const found = networks[name];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function folder(name: string, tensors: ReadonlyMap<string, TensorToWrite>, config: unknown): string {
  const path = project.path(name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'config.json'), JSON.stringify(config));
  project.file(`${name}/model.safetensors`, safetensorsBytes(tensors));
  return path;
}

async function largestDifference(path: string, expected: readonly number[][]): Promise<number> {
  const { graph } = await importModel(modelFile(path));
  return apart(graph, expected);
}

async function apart(graph: Graph, expected: readonly number[][]): Promise<number> {
  const logits = await probeLogits(graph, images);
  return Math.max(...expected.flatMap((row, image) => row.map((value, label) => Math.abs(value - (logits[image]?.[label] ?? NaN)))));
}

async function refused(work: Promise<unknown>): Promise<Failure> {
  return work.then(() => { throw new Error('taken'); }, (error: unknown) => {
    if (error instanceof EngineError) return error.failure;
    throw error;
  });
}

describe('logits are those of transformers', () => {
  it.each(Object.keys(networks))('%s', async (name) => {
    const { config, parameters, logits } = network(name);
    const found = await largestDifference(folder(name, generatedWeights(parameters), config), logits);
    expect(found).toBeLessThan(1e-5);
  });

  it.each(Object.keys(networks))('%s, saved under the names of transformers\' own modules', async (name) => {
    const { config, parameters, moduleNames, logits } = network(name);
    const weights = generatedWeights(parameters);
    const renamed = new Map([...weights].map(([stored, tensor]) => [moduleName(stored), tensor]));
    expect([...renamed.keys()].sort()).toEqual(moduleNames);
    expect(await largestDifference(folder(`${name}-modules`, renamed, config), logits)).toBeLessThan(1e-5);
  });

  it('vit in two files with their index', async () => {
    const { config, parameters, logits } = network('vit');
    const weights = [...generatedWeights(parameters)];
    const path = project.path('sharded');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'config.json'), JSON.stringify(config));
    const parts = [weights.slice(0, 9), weights.slice(9)];
    const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    parts.forEach((part, i) => project.file(`sharded/${names[i] ?? ''}`, safetensorsBytes(new Map(part))));
    const map = Object.fromEntries(parts.flatMap((part, i) => part.map(([name]) => [name, names[i]])));
    writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify({ metadata: { total_size: 1 }, weight_map: map }));
    expect(modelName(modelFile(path))).toBe('sharded');
    expect(await largestDifference(path, logits)).toBeLessThan(1e-5);
    rmSync(join(path, names[1] ?? ''));
    expect((await refused(importModel(modelFile(path)))).file).toBe(join(path, names[1] ?? ''));
    writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { ...map, 'vit.layernorm.bias': '../elsewhere.safetensors' } }));
    expect(await refused(importModel(modelFile(path)))).toMatchObject({ kind: 'model-unreadable', place: 'vit.layernorm.bias' });
    writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { nobody: names[0] } }));
    expect(await refused(importModel(modelFile(path)))).toMatchObject({ kind: 'model-unreadable', place: 'nobody' });
  });

  it('a pooler that no class comes of is passed over', async () => {
    const { config, parameters, logits } = network('vit');
    const weights = new Map([...generatedWeights(parameters), ['vit.pooler.dense.weight', { shape: [24, 24], data: new Float32Array(576) }], ['vit.pooler.dense.bias', { shape: [24], data: new Float32Array(24) }]] as [string, TensorToWrite][]);
    expect(await largestDifference(folder('pooler', weights, config), logits)).toBeLessThan(1e-5);
  });
});

/** Exports of the very networks above: separate q, k and v; from old and new exporters, and in half precision. */
describe('as ONNX', () => {
  const exported = (name: string): string => join(__dirname, '../../../fixtures/hugging-face', name);

  it.each([
    ['vit', 'vit.dynamo21.onnx', 18, 1e-5],
    ['swin', 'swin.opset11.onnx', 35, 1e-5],
    ['vit', 'vit.half.onnx', 18, 0.03],
  ] as const)('%s as %s: every product is understood, and the logits are those of transformers', async (name, file, products, bound) => {
    const imported = await importModel(exported(file));
    expect(imported.structure.products).toEqual({ total: products, understood: products });
    expect(imported.batchable).toBe(true);
    expect(imported.structure.sites.map((site) => site.name)).toContain(name === 'swin' ? 'layers.1.blocks.0.attn.k' : 'blocks.1.attn.k');
    // q, k and v read one LayerNorm.
    expect(imported.structure.norms.every(({ sites }) => sites.length === 1 || sites.length === 3)).toBe(true);
    expect(await apart(imported.graph, network(name).logits)).toBeLessThan(bound);
    expect(imported.notes.includes('The model holds float16 weights; they are widened to float32, and all arithmetic is float32')).toBe(file.includes('half'));
  });
});

/** As transformers 5 names its modules. */
function moduleName(stored: string): string {
  return stored
    .replace('.encoder.layer.', '.layers.')
    .replace(/attention\.(attention|self)\.query\./, 'attention.q_proj.').replace(/attention\.(attention|self)\.key\./, 'attention.k_proj.').replace(/attention\.(attention|self)\.value\./, 'attention.v_proj.')
    .replace('attention.output.dense.', 'attention.o_proj.').replace('intermediate.dense.', 'mlp.fc1.').replace(/(?<!attention\.)output\.dense\./, 'mlp.fc2.')
    .replace('attention.self.relative_position_bias_table', 'attention.relative_position_bias.relative_position_bias_table');
}

describe('what picture processors say', () => {
  it.each(Object.keys(processors))('%s: the pixels are those of transformers', (name) => {
    const processor = processors[name];
    if (processor === undefined) throw new Error(name);
    const { file, width, height, first, sum } = processor;
    const said = readProcessor(file, 32);
    expect(said?.notes).toEqual([]);
    if (said === null) return;
    const { cropPct, interpolation, resize, mean, std } = said.preprocess;
    const data = Uint8ClampedArray.from(generatedStream(77, width * height * 3), (value) => Math.trunc((value + 1) * 127.5));
    const cropped = resizeAndCrop({ width, height, data: new Uint8Array(data) }, { input: 32, cropPct, interpolation, squash: resize === 'squash' });
    const out = new Float32Array(3 * 32 * 32);
    normaliseWithTable(cropped, normalisationTable(mean, std), out, 0);
    const scale = name === 'plain' ? 255 : 1;
    first.forEach((value, i) => expect(Math.abs((out[i] ?? NaN) - value)).toBeLessThan(1e-6 * scale));
    expect(Math.abs(out.reduce((total, value) => total + value, 0) - sum)).toBeLessThan(1e-3 * scale);
  });

  it('is taken from the folder, and from timm\'s own config too', async () => {
    const { config, parameters } = network('vit');
    const path = folder('with-processor', generatedWeights(parameters), config);
    writeFileSync(join(path, 'preprocessor_config.json'), JSON.stringify(processors['vit']?.file));
    const { graph } = await importModel(modelFile(path));
    expect(Object.fromEntries(graph.metadata)).toMatchObject({ [preprocessKeys.file]: 'preprocessor_config.json', [preprocessKeys.json]: preprocessJson({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], cropPct: 1, interpolation: 'bilinear', resize: 'squash' }) });
    writeFileSync(join(path, 'preprocessor_config.json'), '{}');
    expect((await importModel(modelFile(path))).notes.join(' ')).toContain('preprocessor_config.json does not say how pictures are prepared');
    const timm = folder('timm', generatedWeights(parameters), { ...config, pretrained_cfg: { mean: [0.1, 0.2, 0.3], std: [1, 1, 1], crop_pct: 0.9, interpolation: 'bicubic', crop_mode: 'center' } });
    expect((await importModel(modelFile(timm))).graph.metadata.get(preprocessKeys.file)).toBe('config.json');
  });
});

it('names of classes are taken from the config, unless they are the numbered ones that the library fills in', async () => {
  const { config, parameters, logits } = network('vit');
  const classes = logits[0]?.length ?? 0;
  const named = async (nameOf: (output: number) => string, count = classes): Promise<string | undefined> => {
    const id2label = Object.fromEntries(Array.from({ length: count }, (_, output) => [output, nameOf(output)]));
    return (await importModel(modelFile(folder('named', generatedWeights(parameters), { ...config, id2label })))).graph.metadata.get('bitlog2.classes');
  };
  expect(await named((output) => `kind ${output}`)).toBe(JSON.stringify(Array.from({ length: classes }, (_, output) => `kind ${output}`)));
  expect(await named((output) => `LABEL_${output}`)).toBeUndefined();
  expect(await named((output) => `kind ${output}`, classes - 1)).toBeUndefined();
});

describe('folders that cannot be used', () => {
  it('say why', async () => {
    const { config, parameters } = network('swin');
    const path = folder('other', generatedWeights(parameters), { ...config, architectures: undefined, model_type: 'swinv2' });
    expect(await refused(importModel(modelFile(path)))).toMatchObject({ kind: 'model-unsupported', file: join(path, 'config.json'), place: 'model_type', expected: 'vit, deit, swin' });
    writeFileSync(join(path, 'config.json'), '{');
    expect(await refused(importModel(modelFile(path)))).toMatchObject({ kind: 'model-unreadable', file: join(path, 'config.json') });
    rmSync(join(path, 'config.json'));
    rmSync(join(path, 'model.safetensors'));
    const why = (): Failure => {
      try {
        modelFile(path);
      } catch (error) {
        if (error instanceof EngineError) return error.failure;
      }
      throw new Error('taken');
    };
    expect(why()).toMatchObject({ kind: 'model-unreadable', what: 'The folder holds no model' });
    writeFileSync(join(path, 'config.json'), JSON.stringify(config));
    expect(why().next).toMatch(/weights are missing beside config\.json: get model\.safetensors/);
    writeFileSync(join(path, 'pytorch_model.bin'), 'PK');
    expect(why()).toMatchObject({ what: expect.stringMatching(/pickle/) as string, place: 'pytorch_model.bin', next: expect.stringMatching(/safetensors/) as string });
    expect(dirname(why().file ?? '')).toBe(project.root);
  });
});
