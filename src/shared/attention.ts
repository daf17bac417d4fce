/** What the attention page draws for one image, block and head of a stored run. */
import * as v from 'valibot';
import { predictionSchema } from './records';

const pair = v.strictTuple([v.number(), v.number()]);
/** Typed arrays of any buffer: structured clone keeps them as they are. */
const floats = v.custom<Float32Array>((value) => value instanceof Float32Array, 'Expected Float32Array');
const bytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array, 'Expected Uint8Array');
const words = v.custom<Uint16Array>((value) => value instanceof Uint16Array, 'Expected Uint16Array');

export const errorFiguresSchema = v.object({ sqnrDb: v.nullable(v.number()), relativeL2: v.number(), cosine: v.number() });
export type ErrorFigures = Readonly<v.InferOutput<typeof errorFiguresSchema>>;

export const headDamageSchema = v.object({
  head: v.number(),
  /** Mean over rows of KL(FP32 row || quantised row after renormalising), in nats; zeros floored at 2^-24. */
  kl: v.number(),
  /** Share of the five strongest columns of each FP32 row that stay among the five strongest. */
  topOverlap: v.number(),
  /** Mean of (row sum of the quantised map - 1). */
  rowSumDrift: v.number(),
  /** Mean FP32 row mass that lies on elements quantised to zero. */
  massLost: v.number(),
  /** Entropy of the quantised rows minus that of the FP32 rows, in nats, mean. */
  entropyShift: v.number(),
});
export type HeadDamage = Readonly<v.InferOutput<typeof headDamageSchema>>;

export const attentionViewSchema = v.object({
  runId: v.string(),
  image: v.number(),
  block: v.number(),
  head: v.number(),
  blockName: v.string(),
  /** Windows per image (1 without windows), rows and columns of each map. */
  windows: v.number(),
  tokens: v.number(),
  prefixTokens: v.number(),
  /** Patches of the block's input [rows, columns]; window size and shift in patches (null without windows). */
  grid: pair,
  window: v.nullable(v.object({ size: pair, shift: pair })),
  /** [windows, tokens, tokens] each: FP32 network; quantised network before its quantiser; after it as codes. */
  fp32: floats,
  before: floats,
  /** Uint16 only for schemes of more than 256 levels. Empty, like `levels`, for a head that stays in FP32: then `before` is what leaves the quantiser. */
  codes: v.union([bytes, words]),
  /** code -> value; code 0 is zero. */
  levels: floats,
  /** The scheme's integer levels (BitLog2) for labels, or null. */
  levelNames: v.array(v.string()),
  /** Share of each code: on this image, and over the whole stored run (null when the run kept none). */
  occupancy: v.object({ image: v.array(v.number()), run: v.nullable(v.array(v.number())), runImages: v.number() }),
  damage: v.array(headDamageSchema),
  /** This head's map after against FP32 (total), before against FP32 (inherited), after against before (scheme alone). */
  mapError: v.object({ total: errorFiguresSchema, inherited: errorFiguresSchema, scheme: errorFiguresSchema }),
  /** The block input (residual stream) of the quantised network against FP32, for each block in order, then the logits. */
  depthError: v.array(v.object({ name: v.string(), error: errorFiguresSchema })),
  fp32Prediction: predictionSchema,
  prediction: predictionSchema,
  /** The run's stored record of this image, for comparison with what was just computed. */
  stored: v.object({ prediction: v.nullable(predictionSchema), equal: v.boolean() }),
});
export type AttentionView = Readonly<v.InferOutput<typeof attentionViewSchema>>;

const tokenGeometry = {
  windows: v.number(),
  tokens: v.number(),
  prefixTokens: v.number(),
  grid: pair,
  window: v.nullable(v.object({ size: pair, shift: pair })),
};

/** All heads of one block at once, for the wall. */
export const attentionHeadsSchema = v.object({
  runId: v.string(),
  image: v.number(),
  block: v.number(),
  heads: v.number(),
  ...tokenGeometry,
  /** [windows, heads, tokens, tokens]: the FP32 network's maps, and those that the quantised network goes on with. */
  fp32: floats,
  after: floats,
  damage: v.array(headDamageSchema),
});
export type AttentionHeads = Readonly<v.InferOutput<typeof attentionHeadsSchema>>;

const index = v.pipe(v.number(), v.integer(), v.minValue(0));
/** What a rollout starts from at the block's output; patches row by row on the block's grid. */
export const rolloutQuerySchema = v.variant('kind', [
  v.object({ kind: v.literal('mean') }),
  v.object({ kind: v.literal('prefix'), index }),
  v.object({ kind: v.literal('patch'), patch: index }),
]);
export type RolloutQuery = v.InferOutput<typeof rolloutQuerySchema>;

/** Shares of the input tokens in what is looked from, through all blocks up to this one; each sums to one over prefix tokens and patches. */
const rolloutSharesSchema = v.object({ prefix: v.array(v.number()), patches: floats });
export const attentionRolloutSchema = v.object({
  runId: v.string(),
  image: v.number(),
  block: v.number(),
  /** Of the first block: the finest. */
  grid: pair,
  fp32: rolloutSharesSchema,
  before: rolloutSharesSchema,
  after: rolloutSharesSchema,
});
export type AttentionRollout = Readonly<v.InferOutput<typeof attentionRolloutSchema>>;

export const pictureSchema = v.object({
  width: v.number(),
  height: v.number(),
  /** RGB, row by row. */
  data: bytes,
});
export type PictureRecord = Readonly<v.InferOutput<typeof pictureSchema>>;
