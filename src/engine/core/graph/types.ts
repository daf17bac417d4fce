/**
 * The neutral form of an ONNX graph that the engine works on, and what the site finder says about it.
 * Records only. A node is identified by its first output (tensor names are unique in a graph); node names may be empty.
 */

/** Element types that occur in the supported models. */
export type ElementType = 'float32' | 'float16' | 'float64' | 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'int64' | 'uint32' | 'uint64' | 'bool';

/** A constant. `data` is little-endian raw storage viewed as the matching typed array (bool as Uint8Array). */
export type TensorData =
  | Float32Array | Float64Array | Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array;

export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  /** A kind that the engine does not use (a sub-graph, a type): the whole AttributeProto, kept so that nothing is lost on the way to ONNX Runtime. */
  | { readonly kind: 'opaque'; readonly value: Uint8Array };

export interface GraphNode {
  readonly name: string;
  readonly opType: string;
  /** '' is ai.onnx. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A graph input or output; a dimension is a number, or a name when it is symbolic, or null when unknown. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string | null)[];
}

export interface Graph {
  readonly name: string;
  /** In topological order. */
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly irVersion: number;
  readonly metadata: ReadonlyMap<string, string>;
  /** Static shapes of intermediate tensors where the canonicaliser told them (at the graph's batch size). */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Model-local functions, as FunctionProto bytes; the canonicaliser inlines them, so a canonical graph has none. */
  readonly functions?: readonly Uint8Array[];
}

export type LinearRole = 'patch_embed' | 'qkv' | 'q' | 'k' | 'v' | 'proj' | 'fc1' | 'fc2' | 'reduction' | 'head' | 'other';

/** A product with a constant weight: Conv (patch embedding), Gemm, or MatMul with an initializer. */
export interface LinearSite {
  readonly kind: 'linear';
  /** timm's name, for example `blocks.3.attn.qkv`. */
  readonly name: string;
  readonly role: LinearRole;
  /** Index into `ModelStructure.blocks`, or null outside the blocks. */
  readonly block: number | null;
  /** First output of the node. */
  readonly node: string;
  /** Tensor that is multiplied (quantised at the site's input). */
  readonly input: string;
  readonly weight: string;
  /** Initializer added after the product: Gemm's C, Conv's B, or a following Add of a constant; null if there is none. */
  readonly bias: string | null;
  /** First output of the Add that adds the bias when it is not inside the node; null otherwise. */
  readonly biasNode: string | null;
  /** How the weight is stored: Gemm transB=1 or Conv: 'out-first'; MatMul or Gemm transB=0: 'in-first'. */
  readonly layout: 'out-first' | 'in-first';
  readonly outFeatures: number;
  /** Inputs per output (Conv: channels * kernel height * kernel width). */
  readonly inFeatures: number;
  /** Index into `ModelStructure.norms` of the LayerNorm whose scale reparameterisation includes this site; null if none. */
  readonly norm: number | null;
  readonly macs: number;
}

/** A product of two activations: q.kT (matmul1) or attention.v (matmul2). */
export interface ProductSite {
  readonly kind: 'product';
  readonly name: string;
  readonly role: 'matmul1' | 'matmul2';
  readonly block: number;
  readonly node: string;
  /** matmul1: q; matmul2: the attention map (the softmax output). */
  readonly a: string;
  /** matmul1: k transposed (as it stands at the MatMul); matmul2: v. */
  readonly b: string;
  readonly macs: number;
}

export type Site = LinearSite | ProductSite;

/** A LayerNorm inside a block (or in front of Swin's reduction) and the Linears fed by it. */
export interface NormPair {
  /** timm's name, for example `blocks.3.norm1`. */
  readonly name: string;
  /** First output of the LayerNormalization node. */
  readonly node: string;
  readonly scale: string;
  /** Initializer name; null when the norm has no bias. */
  readonly bias: string | null;
  /** Names of the sites whose shared input this is (one, or q, k, v). */
  readonly sites: readonly string[];
  readonly channels: number;
}

/** Swin's windows: token (window w, position i) lies at the patch found by undoing partition and cyclic shift. */
export interface WindowGeometry {
  /** Patches per window side: [height, width]. */
  readonly size: readonly [number, number];
  /** Cyclic shift in patches (0,0 when the block is not shifted): rolled by -shift before partitioning. */
  readonly shift: readonly [number, number];
  /** Windows per image. */
  readonly count: number;
}

/** One attention: a softmax with its two products. */
export interface AttentionBlock {
  readonly index: number;
  /** `blocks.3` or `layers.0.blocks.1`. */
  readonly name: string;
  readonly heads: number;
  /** Tokens per row of the map (columns); rows equal it in self-attention. */
  readonly tokens: number;
  readonly headDim: number;
  /** First output of the Softmax node: [batch * windows, heads, tokens, tokens]. */
  readonly softmax: string;
  /** Class and distillation tokens in front of the patches. */
  readonly prefixTokens: number;
  /** Patches of this block's input: [rows, columns]. */
  readonly grid: readonly [number, number];
  readonly windows: WindowGeometry | null;
}

export interface NotUnderstood {
  /** Node (by name, else by output) that is not understood. */
  readonly node: string;
  readonly opType: string;
  readonly expected: string;
  readonly consequence: string;
}

/** What the site finder found, by structure alone. */
export interface ModelStructure {
  readonly family: 'vit' | 'swin';
  /** True when the distillation token or head was recognised. */
  readonly distilled: boolean;
  /** Class token present (false: pooled by average). */
  readonly classToken: boolean;
  readonly input: { readonly name: string; readonly channels: number; readonly height: number; readonly width: number };
  readonly output: { readonly name: string; readonly classes: number };
  readonly patch: readonly [number, number];
  readonly parameters: number;
  readonly blocks: readonly AttentionBlock[];
  readonly norms: readonly NormPair[];
  /** In network order (topological). */
  readonly sites: readonly Site[];
  /** Conv, Gemm and MatMul nodes in the graph, and how many of them are a site. */
  readonly products: { readonly total: number; readonly understood: number };
  readonly notUnderstood: readonly NotUnderstood[];
}

/** A model ready for the engine: canonical at batch 1, LayerNorm fused, sites found. */
export interface ImportedModel {
  readonly graph: Graph;
  readonly structure: ModelStructure;
  /** True: `rebatch(graph, B)` is proven by the probe. False: the model runs at batch `exportedBatch` only. */
  readonly batchable: boolean;
  readonly exportedBatch: number;
  /** What the importer noticed and did, one sentence each (for example "the exported graph bakes the batch size; mended"). */
  readonly notes: readonly string[];
}
