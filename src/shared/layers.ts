/** What the layers page shows of a stored run: the error of each site, and what each site does to the answer. */
import * as v from 'valibot';
import { analysisProgressSchema } from './analysis';
import { errorFiguresSchema } from './attention';

const nullableFigures = v.nullable(errorFiguresSchema);

/** Errors of one site's output over a sample of images. */
export const siteErrorSchema = v.object({
  site: v.string(),
  role: v.string(),
  /** Index of the attention block; null outside the blocks. */
  block: v.nullable(v.number()),
  /** This site alone, on FP32 inputs, all its operands quantised; null when the run leaves the site in FP32. */
  local: nullableFigures,
  /** The site's output in the quantised network against the FP32 network: everything before it included. */
  cumulative: errorFiguresSchema,
  /** Local, with one kind of operand quantised alone: the weight; the activations (input, q, k, v); the attention map. Null where the site has none. */
  weights: nullableFigures,
  activations: nullableFigures,
  attention: nullableFigures,
  /** Share of elements of the activations that were clipped (outside the quantiser's range), 0 to 1; null without an activation quantiser. */
  clipped: v.nullable(v.number()),
});
export type SiteError = Readonly<v.InferOutput<typeof siteErrorSchema>>;

export const siteErrorsSchema = v.object({ runId: v.string(), images: v.number(), sites: v.array(siteErrorSchema) });
export type SiteErrors = Readonly<v.InferOutput<typeof siteErrorsSchema>>;

export const siteErrorsEventSchema = analysisProgressSchema;

/** One operand of a site: what its values look like, and the grid that the quantiser lays over them. */
export const siteHistogramSchema = v.object({
  site: v.string(),
  operand: v.string(),
  images: v.number(),
  /** Equal bins over [min, max]. */
  min: v.number(),
  max: v.number(),
  counts: v.array(v.number()),
  elements: v.number(),
  /** Values that codes stand for, ascending (of the channel with the median delta where there is one grid per channel); empty when the operand is FP32. */
  grid: v.array(v.number()),
  /** Which channel's grid is shown; null for a grid per tensor. */
  gridChannel: v.nullable(v.number()),
  clippedLow: v.number(),
  clippedHigh: v.number(),
  bits: v.nullable(v.number()),
  scheme: v.nullable(v.string()),
  delta: v.array(v.number()),
  zeroPoint: v.array(v.number()),
  error: nullableFigures,
  /** The channels that hurt most (last axis of activations, outputs of weights), worst first, at most ten. */
  worstChannels: v.array(v.object({ channel: v.number(), relativeL2: v.number(), min: v.number(), max: v.number() })),
});
export type SiteHistogram = Readonly<v.InferOutput<typeof siteHistogramSchema>>;

/** `on-alone`: everything in FP32 but this site. `off-alone`: everything quantised but this site. */
export const sensitivityKinds = ['on-alone', 'off-alone'] as const;
export const sensitivityRowSchema = v.object({
  site: v.string(),
  /** Mean over images of KL(softmax of the FP32 logits || softmax of these logits), nats. */
  kl: v.number(),
  /** Share of images whose best class is that of FP32. */
  agreement: v.number(),
  /** Top-1 of these images in percent with its 95 % interval. */
  top1: v.number(),
  ci95: v.strictTuple([v.number(), v.number()]),
});
export type SensitivityRow = Readonly<v.InferOutput<typeof sensitivityRowSchema>>;
export const sensitivitySchema = v.object({
  runId: v.string(),
  kind: v.picklist(sensitivityKinds),
  images: v.number(),
  /** 'stopped': the rows so far. */
  state: v.picklist(['done', 'stopped']),
  /** The same figures with nothing quantised and with everything quantised, for scale. */
  float: sensitivityRowSchema,
  full: sensitivityRowSchema,
  rows: v.array(sensitivityRowSchema),
  /** The worst sites (by kl) again, on more images; empty when not asked for. */
  top: v.object({ images: v.number(), rows: v.array(sensitivityRowSchema) }),
});
export type Sensitivity = Readonly<v.InferOutput<typeof sensitivitySchema>>;
export const sensitivityEventSchema = v.variant('kind', [analysisProgressSchema, v.object({ kind: v.literal('row'), row: sensitivityRowSchema })]);
