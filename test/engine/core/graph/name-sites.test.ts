import { describe, expect, it } from 'vitest';
import { modulePath, nameSites, type SitePlace } from '../../../../src/engine/core/graph/name-sites';

const place = (role: SitePlace['role'], nodeName: string, stage: number | null = null, block: number | null = null, position = 0): SitePlace => ({ role, stage, block, position, nodeName });

describe('modulePath', () => {
  it.each([
    ['/blocks/blocks.0/attn/qkv/MatMul', 'blocks.0.attn.qkv'],
    ['/layers/layers.1/blocks/blocks.10/mlp/fc1/MatMul/MatMulAddFusion', 'layers.1.blocks.10.mlp.fc1'],
    ['/layers/layers.0/blocks.0/attn/proj/Gemm_1', 'layers.0.blocks.0.attn.proj'],
    ['/head/fc/Gemm', 'head.fc'],
    ['node_MatMul_12', 'node_MatMul_12'],
    ['', ''],
  ])('%s -> %s', (nodeName, path) => {
    expect(modulePath(nodeName)).toBe(path);
  });
});

describe('nameSites', () => {
  it('keeps the file\'s own names where timm\'s versions differ', () => {
    const places = [place('qkv', '/layers/layers.0/blocks/blocks.0/attn/qkv/Gemm', 0, 0), place('reduction', '/layers/layers.1/downsample/reduction/MatMul'), place('head', '/head/fc/Gemm')];
    expect(nameSites(places)).toEqual(['layers.0.blocks.0.attn.qkv', 'layers.1.downsample.reduction', 'head.fc']);
  });

  it('falls back to positions for all when one name says nothing', () => {
    const places = [place('qkv', '/blocks/blocks.0/attn/qkv/Gemm', null, 0), place('head', 'node_linear_48'), place('head', '/head_dist/Gemm', null, null, 1), place('other', 'x')];
    expect(nameSites(places)).toEqual(['blocks.0.attn.qkv', 'head', 'head_dist', 'linear.0']);
  });

  it('does not believe names that contradict the structure', () => {
    expect(nameSites([place('qkv', '/blocks/blocks.7/attn/qkv/Gemm', null, 0)])).toEqual(['blocks.0.attn.qkv']);
    expect(nameSites([place('fc1', '/blocks/blocks.0/attn/qkv/Gemm', null, 0)])).toEqual(['blocks.0.mlp.fc1']);
  });
});
