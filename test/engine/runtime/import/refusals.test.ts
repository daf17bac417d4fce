import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import type { Graph, GraphNode, Tensor } from '../../../../src/engine/core/graph/types';
import { join as joinPieces, MessageWriter } from '../../../../src/engine/core/onnx/wire';
import { importGraph, importModel } from '../../../../src/engine/runtime/ort/import-model';
import type { Failure } from '../../../../src/shared/failure';
import { rejection } from '../../../helpers/failure-of';
import { vitMini } from '../../../helpers/model-fixtures';

const model = buildVit({ image: 32, patch: 16, dim: 24, depth: 1, heads: 2, mlpRatio: 2, classes: 5 }, 1);
const first = (opType: string): GraphNode => {
  const node = model.nodes.find((candidate) => candidate.opType === opType);
  if (node === undefined) throw new Error(`no ${opType}`);
  return node;
};
const withNode = (opType: string, changed: Partial<GraphNode>): Graph => ({ ...model, nodes: model.nodes.map((node) => (node === first(opType) ? { ...node, ...changed } : node)) });
const withTensor = (name: string, change: (tensor: Tensor) => Tensor): Graph => ({ ...model, initializers: new Map([...model.initializers].map(([key, tensor]) => [key, key === name ? change(tensor) : tensor])) });
const withInput = (dims: Graph['inputs'][number]['dims']): Graph => ({ ...model, inputs: model.inputs.map((input) => ({ ...input, dims })) });
const spoiled = (tensor: Tensor, value: number): Tensor => ({ ...tensor, data: Float32Array.from(tensor.data as Float32Array, (old, i) => (i === 7 ? value : old)) });
const any = expect.any(String) as string;
const containing = (text: string): string => expect.stringContaining(text) as string;

describe('models that cannot be used name what, where and the way out', () => {
  const erf = first('Erf');
  it.each<[string, Graph, Partial<Failure>]>([
    ['already quantised', withNode('Erf', { opType: 'DequantizeLinear' }), { kind: 'model-quantised', place: containing(erf.name) }],
    ['fused attention', withNode('Erf', { opType: 'Attention' }), { kind: 'model-unsupported', what: containing('fused'), place: containing('Attention'), next: containing('set_fused_attn') }],
    ['fused attention of ONNX Runtime', withNode('Erf', { opType: 'MultiHeadAttention', domain: 'com.microsoft' }), { kind: 'model-unsupported', what: containing('fused') }],
    ['optimised for ONNX Runtime', withNode('Erf', { opType: 'FastGelu', domain: 'com.microsoft' }), { kind: 'model-unsupported', place: containing('FastGelu') }],
    ['a custom domain', withNode('Erf', { domain: 'my.ops' }), { kind: 'model-unsupported', what: containing('my.ops') }],
    ['an unknown operator', withNode('Erf', { opType: 'Fancy' }), { kind: 'model-unsupported', what: containing('Fancy'), place: containing(erf.name) }],
    ['data of a wrong type', withNode('Erf', { opType: 'StringNormalizer' }), { kind: 'model-unsupported', place: containing(erf.name) }],
    ['an input of three axes', withInput([1, 3, 32]), { kind: 'model-input', place: containing('[1, 3, 32]') }],
    ['grey pictures', withInput([1, 1, 32, 32]), { kind: 'model-input', what: containing('1 channels') }],
    ['an image size that does not fit', withInput([1, 3, 64, 64]), { kind: 'model-unsupported', what: 'The model stops while running: The input tensor cannot be reshaped to the requested shape. Input shape:{1,24,4,4}, requested shape:{1,24,4}', place: containing('Reshape') }],
    ['two inputs', { ...model, inputs: [...model.inputs, { name: 'mask', type: 'float32', dims: [1] }] }, { kind: 'model-input', what: containing('2 inputs') }],
    ['opset 9', { ...model, opsets: [{ domain: '', version: 9 }] }, { kind: 'model-unsupported', what: containing('opset 9') }],
    ['no softmax attention', withNode('Softmax', { opType: 'Sigmoid', attributes: new Map() }), { kind: 'model-no-attention', next: containing('ViT') }],
    ['NaN weights', withTensor('blocks.0.mlp.fc2.weight', (tensor) => spoiled(tensor, NaN)), { kind: 'model-values', place: containing('blocks.0.mlp.fc2: initializer blocks.0.mlp.fc2.weight, element 7') }],
    ['infinite LayerNorm scales', withTensor('blocks.0.norm1.weight', (tensor) => spoiled(tensor, Infinity)), { kind: 'model-values', place: containing('blocks.0.norm1') }],
    ['NaN in other constants', withTensor('pos_embed', (tensor) => spoiled(tensor, NaN)), { kind: 'model-values', place: containing('pos_embed') }],
  ])('%s', async (_name, graph, expected) => {
    const failure = await rejection(importGraph(graph));
    expect(failure).toMatchObject({ ...expected, what: expected.what ?? any, next: expected.next ?? any });
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'import-test-')); });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
  const written = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  /** A model whose only weight lies in another file. */
  const external = (location: string): Uint8Array => {
    const entry = new MessageWriter().text(1, 'location').text(2, location).finish();
    const tensor = new MessageWriter().int(1, 1).int(2, 1).text(8, 'w').message(13, entry).int(14, 1).finish();
    return joinPieces(new MessageWriter().int(1, 8).message(8, new MessageWriter().text(1, '').int(2, 17).finish()).message(7, new MessageWriter().message(5, tensor).finish()).finish());
  };

  it('that do not exist, are no ONNX or are cut off are named', async () => {
    const missing = join(folder, 'missing.onnx');
    expect(await rejection(importModel(missing))).toMatchObject({ kind: 'model-unreadable', file: missing });
    const text = written('text.onnx', 'not a model\n');
    expect(await rejection(importModel(text))).toMatchObject({ kind: 'model-unreadable', file: text, what: containing('a text file') });
    const cut = written('cut.onnx', readFileSync(vitMini).subarray(0, 1_000_000));
    expect(await rejection(importModel(cut))).toMatchObject({ kind: 'model-unreadable', file: cut, what: containing('truncated') });
  });

  it('with weights that are missing name the weights file', async () => {
    const model2 = written('external.onnx', external('external.onnx.data'));
    expect(await rejection(importModel(model2))).toMatchObject({ kind: 'model-unreadable', file: join(folder, 'external.onnx.data'), next: any });
  });

  it('with weights behind a symbolic link out of the folder are refused', async () => {
    mkdirSync(join(folder, 'inner'), { recursive: true });
    copyFileSync(vitMini, join(folder, 'secret'));
    symlinkSync(join(folder, 'secret'), join(folder, 'inner', 'link'));
    writeFileSync(join(folder, 'inner', 'm.onnx'), external('link'));
    expect(await rejection(importModel(join(folder, 'inner', 'm.onnx')))).toMatchObject({ kind: 'model-unreadable', what: containing('outside the folder') });
  });
});
