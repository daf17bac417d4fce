import { describe, expect, it } from 'vitest';
import { buildSwin } from '../../../../src/engine/core/builder/build-swin';
import { buildVit, vitGraph } from '../../../../src/engine/core/builder/build-vit';
import { presets, presetGraph } from '../../../../src/engine/core/builder/presets';
import { shiftMask } from '../../../../src/engine/core/builder/swin-tables';
import { randomWeights } from '../../../../src/engine/core/builder/weight-source';
import { findStructure } from '../../../../src/engine/core/graph/find-structure';
import { EngineError } from '../../../../src/shared/failure';

const small = { image: 32, patch: 8, dim: 24, depth: 1, heads: 2, mlpRatio: 2, classes: 5 };

describe('built networks', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(buildVit(small, 7)).toEqual(buildVit(small, 7));
    expect(buildVit(small, 8).initializers.get('head.weight')).not.toEqual(buildVit(small, 7).initializers.get('head.weight'));
  });

  it('ask for timm\'s parameters by name and shape, each once', () => {
    const asked: string[] = [];
    const random = randomWeights(1);
    vitGraph({ ...small, distilled: true }, (name, dims, kind) => { asked.push(`${name} ${dims.join('x')}`); return random(name, dims, kind); });
    expect([...asked].sort()).toEqual([
      'patch_embed.proj.weight 24x3x8x8', 'patch_embed.proj.bias 24', 'cls_token 1x1x24', 'dist_token 1x1x24', 'pos_embed 1x18x24',
      'blocks.0.norm1.weight 24', 'blocks.0.norm1.bias 24', 'blocks.0.attn.qkv.weight 72x24', 'blocks.0.attn.qkv.bias 72', 'blocks.0.attn.proj.weight 24x24', 'blocks.0.attn.proj.bias 24',
      'blocks.0.norm2.weight 24', 'blocks.0.norm2.bias 24', 'blocks.0.mlp.fc1.weight 48x24', 'blocks.0.mlp.fc1.bias 48', 'blocks.0.mlp.fc2.weight 24x48', 'blocks.0.mlp.fc2.bias 24',
      'norm.weight 24', 'norm.bias 24', 'head.weight 5x24', 'head.bias 5', 'head_dist.weight 5x24', 'head_dist.bias 5',
    ].sort());
  });

  // The numbers of parameters that timm states. The site finder cannot see Swin's position bias tables: exports hold them expanded.
  it.each([['vit_small', 22_050_664], ['vit_base', 86_567_656], ['deit_tiny', 5_717_416], ['deit_small', 22_050_664], ['deit_base', 86_567_656]] as const)('%s has timm\'s number of parameters', (name, parameters) => {
    let asked = 0;
    const empty = new Float32Array(768 * 3072);
    const graph = presetGraph(presets[name], (_name, dims) => {
      const count = dims.reduce((product, dim) => product * dim, 1);
      asked += count;
      return { type: 'float32', dims, data: empty.subarray(0, count) };
    });
    expect(asked).toBe(parameters);
    expect(findStructure(graph).parameters).toBe(parameters);
  });

  it.each([['swin_tiny', 28_288_354], ['swin_small', 49_606_258]] as const)('%s has timm\'s number of parameters', (name, parameters) => {
    let asked = 0;
    const empty = new Float32Array(768 * 3072);
    presetGraph(presets[name], (_name, dims) => {
      const count = dims.reduce((product, dim) => product * dim, 1);
      asked += count;
      return { type: 'float32', dims, data: empty.subarray(0, count) };
    });
    expect(asked).toBe(parameters);
  });

  it('refuse sizes that do not divide', () => {
    expect(() => buildVit({ ...small, image: 30 }, 1)).toThrow(EngineError);
    expect(() => buildSwin({ image: 60, patch: 4, dim: 24, depths: [2, 2], heads: [2, 4], window: 7, mlpRatio: 4, classes: 3 }, 1)).toThrow(EngineError);
  });
});

describe('shiftMask', () => {
  it('separates what the cyclic shift brought together', () => {
    // 4 x 4 patches, windows of 2, shift 1: the last window holds the four corners of the picture.
    const mask = shiftMask(4, 2, 1);
    expect(mask.dims).toEqual([1, 4, 1, 4, 4]);
    const window = (w: number): number[] => Array.from(mask.data.subarray(w * 16, w * 16 + 16) as Float32Array);
    expect(window(0)).toEqual(Array(16).fill(0));
    expect(window(3)).toEqual([0, -100, -100, -100, -100, 0, -100, -100, -100, -100, 0, -100, -100, -100, -100, 0]);
    expect(window(1)).toEqual([0, -100, 0, -100, -100, 0, -100, 0, 0, -100, 0, -100, -100, 0, -100, 0]);
  });
});
