/** ViT and DeiT in TypeScript, so that no Python is needed: from timm's parameters, or with random ones for tests and benches. */
import { fail } from '../../../shared/failure';
import type { Graph } from '../graph/types';
import { GraphBuilder } from './graph-builder';
import { attention, mlp } from './transformer-parts';
import { randomWeights, type WeightSource } from './weight-source';

export interface VitOptions {
  /** Sides of the square picture and of a patch, in pixels. */
  readonly image: number;
  readonly patch: number;
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlpRatio: number;
  readonly classes: number;
  /** DeiT with distillation token: a second head, the logits are the mean of both. */
  readonly distilled?: boolean;
  /** A distillation token that no head reads: the one head reads the class token. */
  readonly idleToken?: boolean;
  /** False: no class token, the head reads the mean over patches. */
  readonly classToken?: boolean;
  /** Of every LayerNorm; timm's 1e-6 when left out. */
  readonly epsilon?: number;
}

/** A random-weight ViT; the same seed gives the same network. Attention is not flat and logits are of order 1. */
export function buildVit(options: VitOptions, seed: number): Graph {
  return vitGraph(options, randomWeights(seed));
}

/**
 * The network with parameters from `weights` (timm's names), one picture [1, 3, image, image] -> logits [1, classes].
 * @throws EngineError settings when the sizes do not divide
 */
export function vitGraph(options: VitOptions, weights: WeightSource): Graph {
  const { image, patch, dim, depth, heads, classes, mlpRatio, epsilon = 1e-6 } = options;
  if (image % patch !== 0 || dim % heads !== 0) throw fail('settings', 'These sizes make no ViT', { place: `image ${image}, patch ${patch}, dim ${dim}, heads ${heads}`, expected: 'image divisible by patch and dim by heads' });
  const builder = new GraphBuilder(weights);
  const patches = (image / patch) ** 2;
  const prefix = [...(options.classToken === false ? [] : ['cls_token']), ...(options.distilled === true || options.idleToken === true ? ['dist_token'] : [])];
  const tokens = patches + prefix.length;
  const kernel = builder.parameter('patch_embed.proj.weight', [dim, 3, patch, patch], 'linear');
  const conv = builder.node('patch_embed.proj', 'Conv', ['pixel_values', kernel, builder.parameter('patch_embed.proj.bias', [dim], 'bias')], { kernel_shape: [patch, patch], strides: [patch, patch] });
  const rows = builder.transpose('patch_embed', builder.reshape('patch_embed', conv, [1, dim, patches]), [0, 2, 1]);
  const joined = prefix.length === 0 ? rows : builder.node('', 'Concat', [...prefix.map((name) => builder.parameter(name, [1, 1, dim], 'token')), rows], { axis: 1 });
  let x = builder.node('', 'Add', [joined, builder.parameter('pos_embed', [1, tokens, dim], 'token')]);
  for (let block = 0; block < depth; block++) x = vitBlock(builder, `blocks.${block}`, x, { tokens, dim, heads, hidden: Math.round(dim * mlpRatio), epsilon });
  const normed = builder.layerNorm('norm', x, dim, epsilon);
  return builder.finish('vit', { name: 'pixel_values', dims: [1, 3, image, image] }, classify(builder, normed, prefix.length, options, classes), classes);
}

interface BlockSizes {
  readonly tokens: number;
  readonly dim: number;
  readonly heads: number;
  readonly hidden: number;
  readonly epsilon: number;
}

function vitBlock(builder: GraphBuilder, path: string, x: string, { tokens, dim, heads, hidden, epsilon }: BlockSizes): string {
  const toRows = (name: string, input: string): string => builder.reshape(name, input, [tokens, dim]);
  const back = (name: string, input: string): string => builder.reshape(name, input, [1, tokens, dim]);
  const attended = attention(builder, `${path}.attn`, toRows(path, builder.layerNorm(`${path}.norm1`, x, dim, epsilon)), { groups: 1, tokens, dim, heads }, (scores) => scores);
  const middle = builder.node(path, 'Add', [x, back(path, attended)]);
  const mixed = mlp(builder, `${path}.mlp`, toRows(path, builder.layerNorm(`${path}.norm2`, middle, dim, epsilon)), dim, hidden);
  return builder.node(path, 'Add', [middle, back(path, mixed)]);
}

function classify(builder: GraphBuilder, normed: string, prefix: number, { dim, distilled }: VitOptions, classes: number): string {
  const token = (at: number): string => builder.node('', 'Gather', [normed, builder.constant(`token${at}`, { type: 'int64', dims: [], data: BigInt64Array.of(BigInt(at)) })], { axis: 1 });
  if (distilled !== true) {
    const pooled = prefix > 0 ? token(0) : builder.node('', 'ReduceMean', [normed], { axes: [1], keepdims: 0 });
    return builder.linear('head', pooled, dim, classes);
  }
  const sum = builder.node('', 'Add', [builder.linear('head', token(0), dim, classes), builder.linear('head_dist', token(prefix - 1), dim, classes)]);
  return builder.node('', 'Div', [sum, builder.scalar('heads', 2)]);
}
