/** What the images page shows of a stored run: images that were lost, gained or changed, and which head of which block did it. */
import * as v from 'valibot';
import { analysisProgressSchema } from './analysis';
import { errorFiguresSchema, headDamageSchema } from './attention';
import { predictionSchema } from './records';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Against the baseline: lost (it was right), gained (this run is right), changed (both wrong, another class), same. */
export const flipKinds = ['same', 'lost', 'gained', 'changed'] as const;
export type FlipKind = (typeof flipKinds)[number];

export const flipFilters = ['all', 'lost', 'gained', 'changed'] as const;
export type FlipsFilter = (typeof flipFilters)[number];

/**
 * `list`: as the run lists its images. The rest is largest first, images without a baseline last:
 * `marginLoss` = margin before - margin after as seen from the baseline's answer (minus the margin after, where the answer is another: the
 * baseline's answer is at least that far behind); `marginBefore` of the baseline; `marginAfter` of the run; `lossChange` = cross entropy of
 * the run - that of the baseline (what the flip did to the true class).
 */
export const flipSorts = ['list', 'marginLoss', 'marginBefore', 'marginAfter', 'lossChange'] as const;
export type FlipsSort = (typeof flipSorts)[number];

export const flipSideSchema = v.object({
  /** Best classes first. */
  top5: v.array(v.number()),
  /** Logit of the best class minus the second best. */
  margin: v.number(),
  /** Cross entropy in nats. */
  loss: v.number(),
  correct: v.boolean(),
});
export type FlipSide = Readonly<v.InferOutput<typeof flipSideSchema>>;

export const flipRowSchema = v.object({
  /** Position in the run's list of images. */
  index: whole,
  /** Relative to the data set. */
  file: v.string(),
  label: v.number(),
  /** Null: the baseline has not seen this image. */
  flip: v.nullable(v.picklist(flipKinds)),
  run: flipSideSchema,
  baseline: v.nullable(flipSideSchema),
});
export type FlipRow = Readonly<v.InferOutput<typeof flipRowSchema>>;

export const flipCountsSchema = v.object({
  /** Images of the run. */
  all: whole,
  /** Of these, images that the baseline has too: what the shares of the flips refer to. */
  common: whole,
  lost: whole,
  gained: whole,
  changed: whole,
});
export type FlipCounts = Readonly<v.InferOutput<typeof flipCountsSchema>>;

export const flipsQuestionSchema = v.object({
  runId: v.string(),
  /** What the run is held against; null: nothing, then no image is lost, gained or changed. */
  baselineId: v.nullable(v.string()),
  filter: v.picklist(flipFilters),
  sort: v.picklist(flipSorts),
  offset: whole,
  count: v.pipe(whole, v.minValue(1), v.maxValue(50_000)),
  /** An image whose row and place among the filtered and sorted ones are wanted too. */
  find: v.nullable(whole),
});
export type FlipsQuestion = Readonly<v.InferOutput<typeof flipsQuestionSchema>>;

export const flipsSchema = v.object({
  runId: v.string(),
  baselineId: v.nullable(v.string()),
  counts: flipCountsSchema,
  /** Images of this filter. */
  total: whole,
  rows: v.array(flipRowSchema),
  /** The image asked for: `position` is null when the filter leaves it out; null when the run does not have it. */
  found: v.nullable(v.object({ row: flipRowSchema, position: v.nullable(whole) })),
});
export type Flips = Readonly<v.InferOutput<typeof flipsSchema>>;

/** One head of one block, with what its map lost on one image. */
export const movedHeadSchema = v.object({
  block: whole,
  head: whole,
  damage: headDamageSchema,
  /** Mean KL of this head over the sample of `typicalImages`; null until that was asked for. */
  typicalKl: v.nullable(v.number()),
});
export type MovedHead = Readonly<v.InferOutput<typeof movedHeadSchema>>;

export const divergenceSchema = v.object({
  runId: v.string(),
  image: whole,
  /** The input of each block (residual stream) of the quantised network against FP32, in order, then the logits. */
  depth: v.array(v.object({ name: v.string(), error: errorFiguresSchema })),
  /** Every head of every block, block by block. */
  heads: v.array(movedHeadSchema),
  /**
   * Positions in `heads` of the five that moved most: by KL beyond the head's own mean over the sample (some heads are damaged on every image
   * and say nothing about this one), or by KL alone while the sample is not known.
   */
  moved: v.array(whole),
  typicalImages: v.nullable(whole),
  fp32Prediction: predictionSchema,
  prediction: predictionSchema,
  /** The run's stored record of this image; `equal`: what was just computed is the same. */
  stored: v.object({ prediction: v.nullable(predictionSchema), equal: v.boolean() }),
});
export type Divergence = Readonly<v.InferOutput<typeof divergenceSchema>>;

/** Mean KL of each head over a sample spread evenly over the run's list. */
export const typicalKlSchema = v.object({
  runId: v.string(),
  images: whole,
  /** By block, by head. */
  kl: v.array(v.array(v.number())),
});
export type TypicalKl = Readonly<v.InferOutput<typeof typicalKlSchema>>;

/** What the network answers when some maps stay as they are before their quantiser. */
export const bypassOutcomeSchema = v.object({
  top5: v.array(v.number()),
  margin: v.number(),
  /** Logit of the FP32 answer minus the best other one: above zero exactly when it is the answer here too. */
  answerMargin: v.number(),
});
export type BypassOutcome = Readonly<v.InferOutput<typeof bypassOutcomeSchema>>;

export const blameSchema = v.object({
  runId: v.string(),
  image: whole,
  /** Bypassing is done in reference arithmetic with the run's own parameters; `exact`: that gave the stored prediction of the run. */
  arithmetic: v.literal('reference'),
  exact: v.boolean(),
  /** The FP32 network's class, and how far it is ahead there. */
  answer: v.number(),
  fp32Margin: v.number(),
  /** Everything quantised as in the run. */
  base: bypassOutcomeSchema,
  /** Every map of every block left unquantised. */
  everyMap: bypassOutcomeSchema,
  /** All heads of one block left unquantised, each block in turn. */
  layers: v.array(v.object({ block: whole, outcome: bypassOutcomeSchema })),
  /** One head left unquantised, the most damaged first. */
  heads: v.array(v.object({ block: whole, head: whole, outcome: bypassOutcomeSchema })),
});
export type Blame = Readonly<v.InferOutput<typeof blameSchema>>;

export const flippedImageSchema = v.object({
  row: flipRowSchema,
  base: bypassOutcomeSchema,
  /** With this head's map left unquantised. */
  outcome: bypassOutcomeSchema,
  /** Its answer is not the baseline's, and is it again with this head's map left unquantised. */
  restored: v.boolean(),
});
export type FlippedImage = Readonly<v.InferOutput<typeof flippedImageSchema>>;

export const flippedBySchema = v.object({
  runId: v.string(),
  baselineId: v.string(),
  block: whole,
  head: whole,
  /** 'stopped': the images so far. */
  state: v.picklist(['done', 'stopped']),
  /** Images of the run whose answer is not the baseline's (lost, gained, changed), and how many of them were asked about. */
  flipped: whole,
  tested: whole,
  images: v.array(flippedImageSchema),
});
export type FlippedBy = Readonly<v.InferOutput<typeof flippedBySchema>>;

export const blameQuestionSchema = v.object({ runId: v.string(), image: whole, /** Heads tested one by one, the most damaged first. */ heads: v.pipe(whole, v.maxValue(4096)) });
export const flippedByQuestionSchema = v.object({ runId: v.string(), baselineId: v.string(), block: whole, head: whole, limit: v.pipe(whole, v.minValue(1), v.maxValue(1000)) });
export const imagesProgressSchema = analysisProgressSchema;
