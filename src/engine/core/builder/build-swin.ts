/** Swin in TypeScript, named as current timm names it. */
import { fail } from '../../../shared/failure';
import type { Graph } from '../graph/types';
import { GraphBuilder } from './graph-builder';
import { relativePositionBias, shiftMask } from './swin-tables';
import { attention, mlp } from './transformer-parts';
import { randomWeights, type WeightSource } from './weight-source';

export interface SwinOptions {
  /** Sides of the square picture and of a patch, in pixels. */
  readonly image: number;
  readonly patch: number;
  /** Channels of the first stage; each next stage has twice as many. */
  readonly dim: number;
  /** Blocks per stage. */
  readonly depths: readonly number[];
  /** Heads per stage. */
  readonly heads: readonly number[];
  /** Side of a window, in patches. */
  readonly window: number;
  readonly mlpRatio: number;
  readonly classes: number;
  /** Of every LayerNorm; 1e-5 when left out. */
  readonly epsilon?: number;
}

/** A random-weight Swin; the same seed gives the same network. */
export function buildSwin(options: SwinOptions, seed: number): Graph {
  return swinGraph(options, randomWeights(seed));
}

/**
 * The network with parameters from `weights` (timm's names), one picture [1, 3, image, image] -> logits [1, classes].
 * @throws EngineError settings when patches, windows or stages do not divide the picture evenly
 */
export function swinGraph(options: SwinOptions, weights: WeightSource): Graph {
  const { image, patch, dim, depths, heads, window, classes, epsilon = 1e-5 } = options;
  const builder = new GraphBuilder(weights);
  const kernel = builder.parameter('patch_embed.proj.weight', [dim, 3, patch, patch], 'linear');
  const conv = builder.node('patch_embed.proj', 'Conv', ['pixel_values', kernel, builder.parameter('patch_embed.proj.bias', [dim], 'bias')], { kernel_shape: [patch, patch], strides: [patch, patch] });
  let x = builder.layerNorm('patch_embed.norm', builder.transpose('patch_embed', conv, [0, 2, 3, 1]), dim, epsilon);
  let side = image / patch;
  let channels = dim;
  depths.forEach((depth, stage) => {
    if (stage > 0) {
      x = downsample(builder, `layers.${stage}.downsample`, x, side, channels, epsilon);
      side /= 2;
      channels *= 2;
    }
    const size = Math.min(window, side);
    if (!Number.isInteger(side) || side % size !== 0 || channels % heads[stage] !== 0) {
      throw fail('settings', 'These sizes make no Swin', { place: `stage ${stage}: ${side} x ${side} patches, window ${size}, ${channels} channels, ${heads[stage]} heads`, expected: 'whole windows in every stage, channels divisible by heads' });
    }
    for (let block = 0; block < depth; block++) {
      const shift = block % 2 === 1 && size < side ? Math.floor(size / 2) : 0;
      x = swinBlock(builder, `layers.${stage}.blocks.${block}`, x, { side, channels, heads: heads[stage], window: size, shift, hidden: Math.round(channels * options.mlpRatio), epsilon });
    }
  });
  const pooled = builder.node('head.global_pool', 'ReduceMean', [builder.layerNorm('norm', x, channels, epsilon)], { axes: [1, 2], keepdims: 0 });
  return builder.finish('swin', { name: 'pixel_values', dims: [1, 3, image, image] }, builder.linear('head.fc', pooled, channels, classes), classes);
}

interface SwinBlock {
  /** Patches per side of the stage. */
  readonly side: number;
  readonly channels: number;
  readonly heads: number;
  readonly window: number;
  readonly shift: number;
  readonly hidden: number;
  readonly epsilon: number;
}

/** x: [1, side, side, channels]. */
function swinBlock(builder: GraphBuilder, path: string, x: string, block: SwinBlock): string {
  const { side, channels, heads, window, shift, epsilon } = block;
  const across = side / window;
  const tokens = window * window;
  const normed = builder.layerNorm(`${path}.norm1`, x, channels, epsilon);
  const parted = builder.reshape(path, roll(builder, path, normed, shift, side), [1, across, window, across, window, channels]);
  const rows = builder.reshape(path, builder.transpose(path, parted, [0, 1, 3, 2, 4, 5]), [across * across * tokens, channels]);
  const table = builder.parameter(`${path}.attn.relative_position_bias_table`, [(2 * window - 1) ** 2, heads], 'table');
  const attended = attention(builder, `${path}.attn`, rows, { groups: across * across, tokens, dim: channels, heads }, (scores) => {
    const biased = builder.node(`${path}.attn`, 'Add', [scores, builder.constant(`${path}.attn.bias`, relativePositionBias(builder.tensor(table), window, heads))]);
    if (shift === 0) return biased;
    const byWindow = builder.reshape(`${path}.attn`, biased, [1, across * across, heads, tokens, tokens]);
    const masked = builder.node(`${path}.attn`, 'Add', [byWindow, builder.constant(`${path}.attn_mask`, shiftMask(side, window, shift))]);
    return builder.reshape(`${path}.attn`, masked, [across * across, heads, tokens, tokens]);
  });
  builder.forget(table);
  const windows = builder.transpose(path, builder.reshape(path, attended, [1, across, across, window, window, channels]), [0, 1, 3, 2, 4, 5]);
  const whole = roll(builder, path, builder.reshape(path, windows, [1, side, side, channels]), shift === 0 ? 0 : side - shift, side);
  const middle = builder.node(path, 'Add', [x, whole]);
  const flat = builder.reshape(path, builder.layerNorm(`${path}.norm2`, middle, channels, epsilon), [side * side, channels]);
  return builder.node(path, 'Add', [middle, builder.reshape(path, mlp(builder, `${path}.mlp`, flat, channels, block.hidden), [1, side, side, channels])]);
}

/** Cyclic shift of rows and columns: result[i] = x[(i + shift) % side]. */
function roll(builder: GraphBuilder, path: string, x: string, shift: number, side: number): string {
  if (shift === 0) return x;
  return [1, 2].reduce((rolled, axis) => {
    const cut = (from: number, to: number): string => {
      const name = `${path}.roll${axis}.${from}.${to}`;
      return builder.node(path, 'Slice', [rolled, builder.integers(`${name}.from`, [from]), builder.integers(`${name}.to`, [to]), builder.integers(`${name}.axis`, [axis])]);
    };
    return builder.node(path, 'Concat', [cut(shift, side), cut(0, shift)], { axis });
  }, x);
}

/** Patch merging: [1, side, side, c] -> [1, side/2, side/2, 2c]. */
function downsample(builder: GraphBuilder, path: string, x: string, side: number, channels: number, epsilon: number): string {
  const half = side / 2;
  const parted = builder.transpose(path, builder.reshape(path, x, [1, half, 2, half, 2, channels]), [0, 1, 3, 4, 2, 5]);
  const normed = builder.layerNorm(`${path}.norm`, builder.reshape(path, parted, [1, half, half, 4 * channels]), 4 * channels, epsilon);
  const weight = builder.parameter(`${path}.reduction.weight`, [2 * channels, 4 * channels], 'linear');
  const product = builder.node(`${path}.reduction`, 'Gemm', [builder.reshape(path, normed, [half * half, 4 * channels]), weight], { transB: 1 });
  return builder.reshape(path, product, [1, half, half, 2 * channels]);
}
