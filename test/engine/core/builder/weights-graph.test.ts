import { describe, expect, it } from 'vitest';
import { readConfig, readProcessor, readTimmPreprocess } from '../../../../src/engine/core/builder/hugging-face-config';
import { presetGraph, type Preset } from '../../../../src/engine/core/builder/presets';
import { graphFromWeights } from '../../../../src/engine/core/builder/weights-graph';
import { findLayout } from '../../../../src/engine/core/builder/weight-layouts';
import { randomWeights } from '../../../../src/engine/core/builder/weight-source';
import type { Graph } from '../../../../src/engine/core/graph/types';
import { readSafetensors } from '../../../../src/engine/core/safetensors/read-safetensors';
import { EngineError, type Failure } from '../../../../src/shared/failure';
import { safetensorsBytes, type TensorToWrite } from '../../../helpers/safetensors-bytes';

const vit: Preset = { family: 'vit', options: { image: 32, patch: 8, dim: 128, depth: 2, heads: 2, mlpRatio: 2, classes: 5 } };
const distilled: Preset = { family: 'vit', options: { ...vit.options, distilled: true } };
const swin: Preset = { family: 'swin', options: { image: 64, patch: 4, dim: 24, depths: [2, 1], heads: [2, 4], window: 2, mlpRatio: 2, classes: 5 } };

/** The parameters that a preset asks for, by timm's names, and the graph made of them. */
function madeOf(preset: Preset): { readonly graph: Graph; readonly tensors: Map<string, TensorToWrite> } {
  const tensors = new Map<string, TensorToWrite>();
  const random = randomWeights(5);
  const graph = presetGraph(preset, (name, dims, kind) => {
    const tensor = random(name, dims, kind);
    if (!(tensor.data instanceof Float32Array)) throw new Error('weights are floats');
    tensors.set(name, { shape: dims, data: tensor.data });
    return tensor;
  });
  return { graph, tensors };
}

const load = (tensors: ReadonlyMap<string, TensorToWrite>, config = {}): Graph =>
  graphFromWeights(readSafetensors(safetensorsBytes(tensors), (utf8) => new TextDecoder().decode(utf8), 'w.safetensors'), config, 'w.safetensors').graph;

/** Element by element the matcher would take seconds. */
function expectSame(actual: Graph, expected: Graph): void {
  const plain = (graph: Graph): unknown => ({ ...graph, initializers: [...graph.initializers].map(([name, { type, dims }]) => [name, type, dims]) });
  expect(plain(actual)).toEqual(plain(expected));
  for (const [name, { data }] of expected.initializers) {
    const found = actual.initializers.get(name)?.data ?? new Float32Array(0);
    expect(Buffer.compare(Buffer.from(found.buffer, found.byteOffset, found.byteLength), Buffer.from(data.buffer, data.byteOffset, data.byteLength)), name).toBe(0);
  }
}

/** The same parameters as Hugging Face keeps them: q, k and v apart. */
function renamed(tensors: ReadonlyMap<string, TensorToWrite>, marks: readonly string[]): Map<string, TensorToWrite> {
  const layout = findLayout(new Set(marks))?.layout;
  if (layout === undefined) throw new Error('no layout');
  const result = new Map<string, TensorToWrite>();
  for (const [name, { shape, data }] of tensors) {
    const names = layout(name);
    const rows = data.length / names.length;
    names.forEach((stored, part) => result.set(stored, { shape: [(shape[0] ?? 0) / names.length, ...shape.slice(1)], data: Float32Array.from(data.subarray(part * rows, (part + 1) * rows) as Float32Array) }));
  }
  return result;
}

function refused(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof EngineError) return error.failure;
    throw error;
  }
  throw new Error('taken');
}

describe('networks from weights', () => {
  it.each([['ViT', vit], ['distilled DeiT', distilled], ['Swin', swin]] as const)('%s: names and shapes of a timm file give the same graph as the options', (_name, preset) => {
    const { graph, tensors } = madeOf(preset);
    expectSame(load(tensors), graph);
  });

  it('reads the names of older timm Swins, and passes over what follows from the sizes', () => {
    const { graph, tensors } = madeOf(swin);
    const old = new Map([...tensors].map(([name, tensor]) => [name.replace('layers.1.downsample', 'layers.0.downsample').replace('head.fc.', 'head.'), tensor]));
    old.set('layers.0.blocks.0.attn.relative_position_index', { shape: [2], data: BigInt64Array.of(1n, 2n) });
    old.set('layers.0.blocks.1.attn_mask', { shape: [1], data: Float32Array.of(0) });
    expectSame(load(old), graph);
  });

  it.each([
    ['ViT', vit, 'vit.embeddings.patch_embeddings.projection.weight', { heads: 2 }],
    ['DeiT', distilled, 'deit.embeddings.patch_embeddings.projection.weight', {}],
    ['Swin', swin, 'swin.embeddings.patch_embeddings.projection.weight', {}],
  ] as const)('%s: Hugging Face\'s names, with q, k and v apart, give the same graph', (_name, preset, mark, config) => {
    const { graph, tensors } = madeOf(preset);
    const theirs = renamed(tensors, [mark]);
    expect([...theirs.keys()].filter((name) => tensors.has(name))).toEqual([]);
    expectSame(load(theirs, config), graph);
  });

  it('keeps the layer norm\'s epsilon of a config', () => {
    const { tensors } = madeOf(vit);
    const epsilons = load(tensors, { epsilon: 1e-12 }).nodes.filter(({ opType }) => opType === 'LayerNormalization').map(({ attributes }) => attributes.get('epsilon'));
    expect(epsilons.length).toBe(5);
    for (const epsilon of epsilons) expect(epsilon).toEqual({ kind: 'float', value: Math.fround(1e-12) });
  });

  it('names what is missing, of another shape or type, and what is left over', () => {
    const { tensors } = madeOf(vit);
    const without = new Map(tensors);
    without.delete('blocks.1.mlp.fc2.bias');
    without.set('norm.bias', { shape: [3], data: Float32Array.of(1, 2, 3) });
    without.set('head.bias', { shape: [5], data: new BigInt64Array(5) });
    const failure = refused(() => load(without));
    expect(failure).toMatchObject({ kind: 'model-unsupported', file: 'w.safetensors' });
    expect(failure.place).toBe('blocks.1.mlp.fc2.bias: missing; norm.bias: shape 3, 128 expected; head.bias: of type I64, F64, F32, F16, BF16 expected');
    // Those from which the sizes are read are named together, and a block that lacks one part is still a block.
    const lacking = (from: ReadonlyMap<string, TensorToWrite>, ...names: string[]): string | undefined => refused(() => load(new Map([...from].filter(([name]) => !names.includes(name))))).place;
    expect(lacking(tensors, 'pos_embed', 'head.weight')).toBe('pos_embed: missing; head.weight: missing');
    expect(lacking(tensors, 'cls_token')).toBe('cls_token: missing');
    expect(lacking(tensors, 'blocks.0.norm1.weight', 'blocks.1.norm1.bias')).toBe('blocks.0.norm1.weight: missing; blocks.1.norm1.bias: missing');
    const windows = madeOf(swin).tensors;
    expect(lacking(windows, 'layers.1.blocks.0.attn.relative_position_bias_table', 'head.fc.weight')).toBe('layers.1.blocks.0.attn.relative_position_bias_table: missing; head.weight: missing');
    expect(lacking(windows, 'layers.0.blocks.1.norm1.weight', 'layers.1.downsample.reduction.weight')).toBe('layers.0.blocks.1.norm1.weight: missing; layers.1.downsample.reduction.weight: missing');
    // However many are missing, each is named; of other troubles the first eight.
    const gone = [...tensors.keys()].filter((name) => name.startsWith('blocks.1.') && !name.startsWith('blocks.1.norm1'));
    const torn = new Map([...tensors].filter(([name]) => !gone.includes(name)).map(([name, tensor]) => [name, name.startsWith('blocks.0.') ? { shape: [1], data: Float32Array.of(1) } : tensor]));
    const { place = '' } = refused(() => load(torn));
    expect(gone.length).toBeGreaterThan(8);
    for (const name of gone) expect(place).toContain(`${name}: missing`);
    expect([place.split('shape').length - 1, place.split('; ').at(-1)]).toEqual([8, 'and 3 more']);
    expect(refused(() => load(new Map([...tensors, ['blocks.0.ls1.gamma', { shape: [128], data: new Float32Array(128) }]]))).place).toBe('blocks.0.ls1.gamma');
    expect(refused(() => load(new Map([['conv1.weight', { shape: [1], data: Float32Array.of(1) }]]))).what).toContain('no network that can be built');
    expect(refused(() => load(new Map([...tensors, ['pos_embed', { shape: [1, 16, 128], data: new Float32Array(16 * 128) }]]))).place).toBe('pos_embed');
  });
});

describe('Hugging Face configs', () => {
  it('give heads, side and epsilon, and refuse other networks', () => {
    expect(readConfig({ architectures: ['ViTForImageClassification'], num_attention_heads: 6, image_size: 224, layer_norm_eps: 1e-12, hidden_act: 'gelu' }, 'config.json')).toEqual({ heads: 6, image: 224, epsilon: 1e-12 });
    // A Swin's heads are a list, one per stage: read off the weights.
    expect(readConfig({ architectures: ['SwinForImageClassification'], num_heads: [3, 6], image_size: 224 }, 'config.json').heads).toBeUndefined();
    expect(refused(() => readConfig({ architectures: ['BeitForImageClassification'] }, 'config.json'))).toMatchObject({ kind: 'model-unsupported', place: 'architectures' });
    expect(refused(() => readConfig({ hidden_act: 'relu' }, 'config.json')).place).toBe('hidden_act');
    expect(refused(() => readConfig({ model_type: 'dinov2' }, 'config.json'))).toMatchObject({ place: 'model_type', expected: 'vit, deit, swin' });
  });

  it('give the preprocessing', () => {
    const mean = [0.485, 0.456, 0.406];
    const std = [0.229, 0.224, 0.225];
    expect(readProcessor({ image_mean: mean, image_std: std, resample: 3, do_center_crop: true, size: { shortest_edge: 256 }, crop_size: { height: 224, width: 224 } }, 224)).toEqual({ preprocess: { mean, std, cropPct: 0.875, interpolation: 'bicubic' }, notes: [] });
    const read = (config: object): unknown => readProcessor({ image_mean: mean, image_std: std, ...config }, 224);
    expect(read({ size: { height: 224, width: 224 } })).toEqual({ preprocess: { mean, std, cropPct: 1, interpolation: 'bilinear', resize: 'squash' }, notes: [] });
    expect(read({ size: 256, resample: 1, do_center_crop: true, crop_size: 224, do_flip_channel_order: true })).toEqual({ preprocess: { mean, std, cropPct: 0.875, interpolation: 'lanczos', resize: 'squash', channels: 'bgr' }, notes: [] });
    expect(read({ size: { height: 224, width: 200 } })).toMatchObject({ preprocess: { cropPct: 1 } });
    expect(read({ resample: 0 })).toBeNull();
    expect(read({ do_resize: false })).toMatchObject({ preprocess: { cropPct: 1 }, notes: [expect.stringMatching(/resizes nothing/)] });
    expect(read({ do_center_crop: true, size: { shortest_edge: 288 }, crop_size: 256 })).toMatchObject({ preprocess: { cropPct: 256 / 288 }, notes: [expect.stringMatching(/the network takes 224/)] });
    expect(readProcessor({ do_normalize: false, do_rescale: false, size: 224 }, 224)?.preprocess).toMatchObject({ mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] });
    expect(readProcessor({ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], rescale_factor: 1 / 127.5, size: 224 }, 224)?.preprocess).toMatchObject({ mean: [0.25, 0.25, 0.25], std: [0.25, 0.25, 0.25] });
    expect(readProcessor({ image_mean: mean }, 224)).toBeNull();
  });

  it('resize to the very size that the processor says, whatever the rounding', () => {
    for (let resized = 224; resized < 600; resized++) {
      const said = readProcessor({ image_mean: [0, 0, 0], image_std: [1, 1, 1], do_center_crop: true, size: { shortest_edge: resized }, crop_size: 224 }, 224);
      expect(Math.floor(224 / (said?.preprocess.cropPct ?? NaN))).toBe(resized);
    }
  });

  it('give timm\'s preprocessing', () => {
    const own = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], crop_pct: 0.9, interpolation: 'bicubic' };
    const plain = { mean: own.mean, std: own.std, cropPct: 0.9, interpolation: 'bicubic' };
    expect(readTimmPreprocess({ architecture: 'vit_small_patch16_224', pretrained_cfg: own })).toEqual({ preprocess: plain, notes: [] });
    expect(readTimmPreprocess({ pretrained_cfg: { ...own, crop_mode: 'squash' } })).toEqual({ preprocess: { ...plain, resize: 'squash' }, notes: [] });
    expect(readTimmPreprocess({ pretrained_cfg: { ...own, crop_mode: 'border' } })?.notes).toHaveLength(1);
    expect(readTimmPreprocess({ pretrained_cfg: { ...own, interpolation: 'nearest' } })).toBeNull();
    expect(readTimmPreprocess({ model_type: 'vit' })).toBeNull();
  });
});
