/** Models without Python: a file of weights, and the folder that a hub's download makes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import { presetGraph, type Preset } from '../../../../src/engine/core/builder/presets';
import { randomWeights } from '../../../../src/engine/core/builder/weight-source';
import { EngineError, type Failure } from '../../../../src/shared/failure';
import { smallEngine } from '../../../helpers/small-engine';
import { smallProject } from '../../../helpers/small-project';
import { safetensorsBytes, type TensorToWrite } from '../../../helpers/safetensors-bytes';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const preset: Preset = { family: 'vit', options: { image: 32, patch: 8, dim: 128, depth: 2, heads: 2, mlpRatio: 2, classes: 5 } };
const project = smallProject('weights-file');
let engine: Engine;
let whole: Uint8Array;
let onnx: string;

beforeAll(() => {
  const tensors = new Map<string, TensorToWrite>();
  const random = randomWeights(3);
  const graph = presetGraph(preset, (name, dims, kind) => {
    const tensor = random(name, dims, kind);
    if (tensor.data instanceof Float32Array) tensors.set(name, { shape: dims, data: tensor.data });
    return tensor;
  });
  whole = safetensorsBytes(tensors);
  onnx = project.model('same.onnx', graph);
  engine = smallEngine(project.path('weights.bitlog2'));
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

async function refused(work: Promise<unknown>): Promise<Failure> {
  return work.then(() => { throw new Error('taken'); }, (error: unknown) => {
    if (error instanceof EngineError) return error.failure;
    throw error;
  });
}

describe('weights', () => {
  it('give the logits of the same network as ONNX, to the last bit', async () => {
    const file = project.file('vit_tiny_patch8_32.safetensors', Buffer.from(whole));
    const input = Float32Array.from({ length: 2 * 3 * 32 * 32 }, (_, i) => Math.sin(i));
    expect(await engine.logits(file, input)).toEqual(await engine.logits(onnx, input));
    const record = await engine.call('model.add', { file });
    expect(record).toMatchObject({ name: 'vit_tiny_patch8_32', family: 'vit', classes: 5, inputSize: 32, blocks: [{ name: 'blocks.0', heads: 2, tokens: 17 }, { name: 'blocks.1', heads: 2, tokens: 17 }] });
    expect(record.notes.join(' ')).toContain('built from the weights (timm names)');
  });

  it('are found in a folder with their config, which decides the heads and names the model', async () => {
    const folder = project.path('my-vit');
    mkdirSync(folder, { recursive: true });
    project.file('my-vit/model.safetensors', Buffer.from(whole));
    writeFileSync(`${folder}/config.json`, JSON.stringify({ architectures: ['ViTForImageClassification'], num_attention_heads: 4, hidden_act: 'gelu' }));
    writeFileSync(`${folder}/preprocessor_config.json`, JSON.stringify({ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], resample: 3, size: { height: 32, width: 32 } }));
    const record = await engine.call('model.add', { file: folder });
    expect(record).toMatchObject({ name: 'my-vit', file: `${folder}/model.safetensors`, blocks: [{ heads: 4 }, { heads: 4 }] });
    writeFileSync(`${folder}/config.json`, JSON.stringify({ architectures: ['ViTForImageClassification'], num_attention_heads: 2, hidden_act: 'gelu' }));
    const other = await engine.call('model.add', { file: project.file('my-vit/model.safetensors', Buffer.from(whole)) });
    expect(other.blocks[0]?.heads).toBe(2);
    expect(other.hash).not.toBe(record.hash);
  });

  it('are refused with the reason and the way when they are pickled, cut off, or not there', async () => {
    expect(await refused(engine.call('model.add', { file: project.file('deit.pth', Buffer.from([0x80, 0x02, 0x7d, 0x71])) }))).toMatchObject({ kind: 'model-unreadable', what: expect.stringMatching(/Python pickle/) as string, next: expect.stringMatching(/safetensors/) as string });
    expect(await refused(engine.call('model.add', { file: project.file('cut.safetensors', Buffer.from(whole.subarray(0, whole.length - 5))) }))).toMatchObject({ kind: 'model-unreadable', next: expect.stringMatching(/cut off/) as string });
    mkdirSync(project.path('nothing'), { recursive: true });
    expect(await refused(engine.call('model.add', { file: project.path('nothing') }))).toMatchObject({ what: 'The folder holds no model' });
  });
});
