/** The parts that ViT, DeiT and Swin share: attention on rows of tokens, and the MLP. */
import type { GraphBuilder } from './graph-builder';

export interface AttentionShape {
  /** Attention groups: 1, or the number of windows. */
  readonly groups: number;
  readonly tokens: number;
  readonly dim: number;
  readonly heads: number;
}

/**
 * Multi-head self-attention on rows [groups * tokens, dim], and its projection.
 * @param scores adds biases or masks to the scores [groups, heads, tokens, tokens]
 */
export function attention(builder: GraphBuilder, path: string, input: string, shape: AttentionShape, scores: (scores: string) => string): string {
  const { groups, tokens, dim, heads } = shape;
  const headDim = dim / heads;
  const qkv = builder.reshape(path, builder.linear(`${path}.qkv`, input, dim, 3 * dim, 'attention'), [groups, tokens, 3, heads, headDim]);
  const part = (which: number, perm: readonly number[]): string => {
    const index = builder.constant(`${path}.index${which}`, { type: 'int64', dims: [], data: BigInt64Array.of(BigInt(which)) });
    return builder.transpose(path, builder.node(path, 'Gather', [qkv, index], { axis: 2 }), perm);
  };
  const q = builder.node(path, 'Mul', [part(0, [0, 2, 1, 3]), builder.scalar(`${path}.scale`, headDim ** -0.5)]);
  const product = builder.node(path, 'MatMul', [q, part(1, [0, 2, 3, 1])]);
  const map = builder.node(path, 'Softmax', [scores(product)], { axis: -1 });
  const mixed = builder.transpose(path, builder.node(path, 'MatMul', [map, part(2, [0, 2, 1, 3])]), [0, 2, 1, 3]);
  return builder.linear(`${path}.proj`, builder.reshape(path, mixed, [groups * tokens, dim]), dim, dim);
}

/** fc1, GELU by the error function, fc2 on rows [rows, dim]. */
export function mlp(builder: GraphBuilder, path: string, input: string, dim: number, hidden: number): string {
  const x = builder.linear(`${path}.fc1`, input, dim, hidden);
  const act = `${path}.act`;
  const erf = builder.node(act, 'Erf', [builder.node(act, 'Div', [x, builder.scalar(`${act}.sqrt2`, Math.SQRT2)])]);
  const gate = builder.node(act, 'Add', [erf, builder.scalar(`${act}.one`, 1)]);
  const gelu = builder.node(act, 'Mul', [builder.node(act, 'Mul', [x, gate]), builder.scalar(`${act}.half`, 0.5)]);
  return builder.linear(`${path}.fc2`, gelu, hidden, dim);
}
