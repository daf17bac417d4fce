import { describe, expect, it } from 'vitest';
import { buildSwin } from '../../../../src/engine/core/builder/build-swin';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import { findStructure } from '../../../../src/engine/core/graph/find-structure';
import type { Graph } from '../../../../src/engine/core/graph/types';
import { splitQkv, unfuseGemm } from '../../../helpers/split-qkv';

const vit = buildVit({ image: 32, patch: 8, dim: 24, depth: 2, heads: 2, mlpRatio: 2, classes: 5 }, 1);

describe('findStructure', () => {
  it('needs no ONNX Runtime for a built graph', () => {
    const structure = findStructure(vit);
    expect(structure.sites.map((site) => `${site.name} ${site.role}`)).toEqual([
      'patch_embed.proj patch_embed',
      ...[0, 1].flatMap((i) => ['qkv', 'matmul1', 'matmul2', 'proj'].map((role) => `blocks.${i}.attn.${role} ${role}`).concat([`blocks.${i}.mlp.fc1 fc1`, `blocks.${i}.mlp.fc2 fc2`])),
      'head head',
    ]);
    // By hand: 16 patches of 192 pixels; 17 tokens, 24 channels, 12 per head.
    expect(structure.sites.slice(0, 7).map((site) => site.macs)).toEqual([16 * 192 * 24, 17 * 24 * 72, 2 * 17 * 17 * 12, 2 * 17 * 17 * 12, 17 * 24 * 24, 17 * 24 * 48, 17 * 48 * 24]);
    expect(structure).toMatchObject({ products: { total: 14, understood: 14 }, patch: [8, 8], notUnderstood: [] });
  });

  it('finds separate q, k and v, sharing one LayerNorm', () => {
    const structure = findStructure(splitQkv(vit));
    expect(structure.sites.slice(1, 6).map((site) => `${site.name} ${site.role}`)).toEqual(['blocks.0.attn.q q', 'blocks.0.attn.k k', 'blocks.0.attn.v v', 'blocks.0.attn.matmul1 matmul1', 'blocks.0.attn.matmul2 matmul2']);
    expect(structure.norms[0]).toMatchObject({ name: 'blocks.0.norm1', sites: ['blocks.0.attn.q', 'blocks.0.attn.k', 'blocks.0.attn.v'], channels: 24 });
    expect(structure.products).toEqual({ total: 18, understood: 18 });
  });

  it('takes MatMul and Add of a constant as a Linear with bias', () => {
    const [plain, unfused] = [findStructure(vit), findStructure(unfuseGemm(vit))];
    expect(unfused.sites.map((site) => [site.name, site.role])).toEqual(plain.sites.map((site) => [site.name, site.role]));
    for (const site of unfused.sites) {
      if (site.kind === 'linear' && site.role !== 'patch_embed') expect(site).toMatchObject({ layout: 'in-first', bias: expect.any(String) as string, biasNode: expect.any(String) as string });
    }
  });

  it('lists every product that it cannot place, and says what it expected', () => {
    const extra: Graph = {
      ...vit,
      initializers: new Map([...vit.initializers, ['three', { type: 'float32', dims: [1, 24, 24], data: new Float32Array(576) }]]),
      nodes: vit.nodes.flatMap((node) => (node.name !== '/norm/LayerNormalization' ? [node] : [
        { name: '/extra/MatMul', opType: 'MatMul', domain: '', inputs: [node.inputs[0] ?? '', 'three'], outputs: ['extra'], attributes: new Map() },
        { ...node, inputs: ['extra', ...node.inputs.slice(1)] },
      ])),
    };
    const structure = findStructure(extra);
    expect(structure.products).toEqual({ total: 15, understood: 14 });
    expect(structure.notUnderstood).toEqual([{ node: '/extra/MatMul', opType: 'MatMul', expected: 'a Linear: one activation times one constant matrix', consequence: 'It stays in FP32; a run starts only when you exclude it' }]);
  });

  it('takes a Linear without a place in the method as an ordinary site', () => {
    const extra: Graph = {
      ...vit,
      initializers: new Map([...vit.initializers, ['w', { type: 'float32', dims: [24, 24], data: new Float32Array(576) }]]),
      nodes: vit.nodes.flatMap((node) => (node.name !== '/norm/LayerNormalization' ? [node] : [
        { name: '/extra/MatMul', opType: 'MatMul', domain: '', inputs: [node.inputs[0] ?? '', 'w'], outputs: ['extra'], attributes: new Map() },
        { ...node, inputs: ['extra', ...node.inputs.slice(1)] },
      ])),
    };
    expect(findStructure(extra).sites.find((site) => site.role === 'other')).toMatchObject({ block: null, norm: null, outFeatures: 24 });
  });

  it('does not pair a LayerNorm that something else reads', () => {
    const norm = vit.nodes.find((node) => node.name === '/blocks/blocks.0/norm1/LayerNormalization');
    const last = vit.nodes.find((node) => node.name === '/blocks/blocks.1/Add_1');
    if (norm === undefined || last === undefined) throw new Error('no such node');
    const also: Graph = { ...vit, nodes: vit.nodes.map((node) => (node === last ? { ...node, inputs: [node.inputs[0] ?? '', norm.outputs[0] ?? ''] } : node)) };
    const structure = findStructure(also);
    expect(structure.norms.map((pair) => pair.name)).not.toContain('blocks.0.norm1');
    expect(structure.notUnderstood).toMatchObject([{ node: 'blocks.0.attn.qkv', consequence: expect.stringContaining('without scale reparameterisation') as string }]);
    expect(structure.products).toEqual({ total: 14, understood: 14 });
  });

  it('finds Swin\'s stages, windows and shifts', () => {
    const structure = findStructure(buildSwin({ image: 64, patch: 4, dim: 12, depths: [2, 2, 1], heads: [1, 2, 4], window: 4, mlpRatio: 2, classes: 3 }, 1));
    expect(structure.blocks.map(({ name, heads, grid, windows }) => [name, heads, grid[0], windows?.count, windows?.shift[0]])).toEqual([
      ['layers.0.blocks.0', 1, 16, 16, 0], ['layers.0.blocks.1', 1, 16, 16, 2], ['layers.1.blocks.0', 2, 8, 4, 0], ['layers.1.blocks.1', 2, 8, 4, 2], ['layers.2.blocks.0', 4, 4, 1, 0],
    ]);
    expect(structure.sites.filter((site) => site.role === 'reduction').map((site) => site.name)).toEqual(['layers.1.downsample.reduction', 'layers.2.downsample.reduction']);
    expect(structure.norms.filter((norm) => norm.name.endsWith('downsample.norm')).length).toBe(2);
  });
});
