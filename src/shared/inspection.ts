/** What `inspect` says about a model: its matrix products, what each becomes under quantisation, and what is not understood. */
import * as v from 'valibot';
import { bitsSchema, schemeIdSchema } from './bits-and-schemes';
import { overridesSchema } from './overrides';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const pair = v.tuple([whole, whole]);

/** How one operand of a product is quantised. */
export const operandSchema = v.object({
  operand: v.picklist(['input', 'weight', 'A', 'B']),
  /** `uniform`: steps of equal size; `log`: the attention map's own scheme; `fp32`: left as it is. */
  quantiser: v.picklist(['uniform', 'log', 'fp32']),
  /** 32 in FP32. */
  bits: whole,
  /** Of an attention map, when a scheme was asked about. */
  scheme: v.optional(schemeIdSchema),
  /** Heads of an attention map that an override treats otherwise than the rest, which this record is about. */
  heads: v.optional(v.array(v.object({ head: whole, quantiser: v.picklist(['log', 'fp32']), bits: whole, scheme: v.optional(schemeIdSchema) }))),
  /** One scale for the tensor, or one for each output channel. */
  per: v.picklist(['tensor', 'channel']),
  /** Calibrated per channel and made per tensor by moving scales into the LayerNorm in front. */
  reparameterised: v.boolean(),
});

export const inspectedSiteSchema = v.object({
  name: v.string(),
  role: v.picklist(['patch_embed', 'qkv', 'q', 'k', 'v', 'proj', 'fc1', 'fc2', 'reduction', 'head', 'other', 'matmul1', 'matmul2']),
  /** Index of the attention block, null outside the blocks. */
  block: v.nullable(whole),
  /** Shapes at batch 1: the two operands and the result. A Linear's weight is [outputs, inputs] whatever the file holds. */
  shapes: v.object({ a: v.array(whole), b: v.array(whole), output: v.array(whole) }),
  /** Heads of the attention the site belongs to, null for Linears outside attention. */
  heads: v.nullable(whole),
  /** Multiplications per picture. */
  macs: whole,
  becomes: v.array(operandSchema),
  /** Why the site cannot be computed in integers at these bits; null when nothing in the model speaks against it (its zero points may). */
  integerObstacle: v.nullable(v.string()),
});

export const inspectedBlockSchema = v.object({
  name: v.string(), heads: whole, tokens: whole, headDim: whole, prefixTokens: whole, grid: pair,
  windows: v.nullable(v.object({ size: pair, shift: pair, count: whole })),
});

export const inspectionSchema = v.object({
  family: v.picklist(['vit', 'swin']),
  distilled: v.boolean(),
  classToken: v.boolean(),
  input: v.object({ name: v.string(), channels: whole, height: whole, width: whole }),
  output: v.object({ name: v.string(), classes: whole }),
  patch: pair,
  parameters: whole,
  /** Multiplications per picture in all matrix products that are understood. */
  macs: whole,
  nodes: whole,
  opset: whole,
  sites: v.array(inspectedSiteSchema),
  blocks: v.array(inspectedBlockSchema),
  norms: v.array(v.object({ name: v.string(), channels: whole, sites: v.array(v.string()) })),
  /** Matrix products in the graph, and how many of them are a site. */
  products: v.object({ total: whole, understood: whole }),
  batchable: v.boolean(),
  exportedBatch: whole,
  notes: v.array(v.string()),
  notUnderstood: v.array(v.object({ node: v.string(), opType: v.string(), expected: v.string(), consequence: v.string() })),
});

/** Settings under which a model is looked at. */
export const inspectedSettingsSchema = v.object({ scheme: v.optional(schemeIdSchema), wBits: bitsSchema, aBits: bitsSchema, overrides: v.optional(overridesSchema) });
export type InspectedSettings = Readonly<v.InferOutput<typeof inspectedSettingsSchema>>;

export type InspectedOperand = Readonly<v.InferOutput<typeof operandSchema>>;
export type InspectedSite = Readonly<v.InferOutput<typeof inspectedSiteSchema>>;
export type Inspection = Readonly<v.InferOutput<typeof inspectionSchema>>;
