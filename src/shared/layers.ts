/** What the layers page shows of a stored run: the error of each site, its operands' values, and what each site does to the answer. */
import * as v from 'valibot';
import { analysisProgressSchema } from './analysis';
import { errorFiguresSchema } from './attention';
import { operandNames } from './overrides';

const nullableFigures = v.nullable(errorFiguresSchema);
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

/** What was computed how: `integer` sites without floating point inside their product, everything else with fake quantisation. */
export const siteArithmeticSchema = v.picklist(['reference', 'integer']);

/**
 * Errors of one site's output over a sample of images, sums over all of them. The output of a Linear is its product with its bias; that of
 * matmul1 (q.kT) the scores as they leave the product, before a scale, bias or mask behind it and before the softmax; that of matmul2
 * (attention.v) the mixed values.
 */
export const siteErrorSchema = v.object({
  site: v.string(),
  role: v.string(),
  /** Index of the attention block; null outside the blocks. */
  block: v.nullable(v.number()),
  /** How the run computes this site; null when it stays in FP32. `local` is computed the same way, the three parts of it with fake quantisation. */
  arithmetic: v.nullable(siteArithmeticSchema),
  /**
   * This site alone, on FP32 inputs, all its operands quantised; null when the run leaves the site in FP32. Behind a LayerNorm the site is the
   * pair that the scale reparameterisation makes: LayerNorm', quantiser, weight', on the FP32 residual.
   */
  local: nullableFigures,
  /** The site's output in the quantised network against the FP32 network: everything before it included. */
  cumulative: errorFiguresSchema,
  /** Local, with one kind of operand quantised alone: the weight; the activations (input, q, k, v); the attention map. Null where that is in FP32. */
  weights: nullableFigures,
  activations: nullableFigures,
  attention: nullableFigures,
  /** Share of elements of the activations (of the FP32 network) that were clipped (outside the quantiser's range), 0 to 1; null without an activation quantiser. */
  clipped: v.nullable(v.number()),
});
export type SiteError = Readonly<v.InferOutput<typeof siteErrorSchema>>;

export const siteErrorsSchema = v.object({
  runId: v.string(),
  /** Images that the figures are over: those asked for, less the unreadable ones. */
  images: v.number(),
  skipped: v.number(),
  /** In network order. */
  sites: v.array(siteErrorSchema),
});
export type SiteErrors = Readonly<v.InferOutput<typeof siteErrorsSchema>>;

export const siteErrorsEventSchema = analysisProgressSchema;

export const operandNameSchema = v.picklist(operandNames);
/** Bins of equal width in the value, or in log2 of its magnitude. */
export const histogramScales = ['linear', 'log2'] as const;
export const histogramScaleSchema = v.picklist(histogramScales);
export type HistogramScale = v.InferOutput<typeof histogramScaleSchema>;
/** Magnitudes below 2^this lie in no bin of a log2 histogram. */
export const leastLog2 = -24;

/** One operand of a site in the FP32 network (after reparameterisation): what its values look like, and the grid that the quantiser lays over them. */
export const siteHistogramSchema = v.object({
  site: v.string(),
  operand: operandNameSchema,
  /** 0 for weights, which need none. */
  images: v.number(),
  scale: histogramScaleSchema,
  /** 256 equal bins over [min, max]; with scale 'log2' both are exponents: bins of equal width in log2 |value|. */
  min: v.number(),
  max: v.number(),
  counts: v.array(v.number()),
  /** Values in no bin: with scale 'log2' zeros and magnitudes below 2^-24; else 0. elements = sum(counts) + outside. */
  outside: v.number(),
  elements: v.number(),
  /** Values that codes stand for, ascending (of the channel with the median delta where there is one grid per channel); empty when the operand is FP32. */
  grid: v.array(v.number()),
  /** Which channel's grid is shown; null for a grid per tensor. */
  gridChannel: v.nullable(v.number()),
  /** Elements below and above their own quantiser's range. An attention map has no lower end; above are values beyond the top level. */
  clippedLow: v.number(),
  clippedHigh: v.number(),
  bits: v.nullable(v.number()),
  scheme: v.nullable(v.string()),
  delta: v.array(v.number()),
  zeroPoint: v.array(v.number()),
  /** Of the operand after its quantiser against before it; null in FP32. */
  error: nullableFigures,
  /** What `channel` counts: 'channel' of an activation, 'output' of a weight, 'head' of an attention map. q, k and v count head * d + feature. */
  channelKind: v.picklist(['channel', 'output', 'head']),
  channels: v.number(),
  /** The channels with the largest squared error, worst first, at most ten; `share` of the operand's whole squared error, 0 to 1. */
  worstChannels: v.array(v.object({ channel: v.number(), relativeL2: v.number(), share: v.number(), min: v.number(), max: v.number() })),
});
export type SiteHistogram = Readonly<v.InferOutput<typeof siteHistogramSchema>>;

/** `on-alone`: everything in FP32 but this site. `off-alone`: everything quantised but this site (with the run's parameters, unchanged). */
export const sensitivityKinds = ['on-alone', 'off-alone'] as const;
export const sensitivityKindSchema = v.picklist(sensitivityKinds);
export type SensitivityKind = v.InferOutput<typeof sensitivityKindSchema>;
export const sensitivityRowSchema = v.object({
  site: v.string(),
  /** Images that could be read. */
  images: v.number(),
  /** Mean over images of KL(softmax of the FP32 logits || softmax of these logits), nats. */
  kl: v.number(),
  /** Share of images whose best class is that of FP32, 0 to 1. */
  agreement: v.number(),
  /** Top-1 of these images in percent with its 95 % interval. */
  top1: v.number(),
  ci95: v.strictTuple([v.number(), v.number()]),
});
export type SensitivityRow = Readonly<v.InferOutput<typeof sensitivityRowSchema>>;
/** How many of the worst sites to measure again, on how many images (null: all of the run). */
export const sensitivityTopSchema = v.object({ sites: positive, images: v.nullable(positive) });
export type SensitivityTop = Readonly<v.InferOutput<typeof sensitivityTopSchema>>;
export const sensitivitySchema = v.object({
  runId: v.string(),
  kind: sensitivityKindSchema,
  /** Images asked for. */
  images: v.number(),
  /** 'stopped': the rows so far; asking again continues behind them. */
  state: v.picklist(['done', 'stopped']),
  /** The same figures with nothing quantised and with everything quantised, for scale. */
  float: sensitivityRowSchema,
  full: sensitivityRowSchema,
  /** In network order; sites that the run leaves in FP32 have none. */
  rows: v.array(sensitivityRowSchema),
  /** The worst sites again, worst first by kl, on more images: on-alone those that hurt most, off-alone those whose absence heals most. Empty when not asked for. */
  top: v.object({ images: v.number(), float: v.nullable(sensitivityRowSchema), full: v.nullable(sensitivityRowSchema), rows: v.array(sensitivityRowSchema) }),
  /** Passes of graph segments that were run, and what they would have been had every network been run from the picture. */
  work: v.object({ segments: whole, withoutReuse: whole }),
});
export type Sensitivity = Readonly<v.InferOutput<typeof sensitivitySchema>>;
export const sensitivityEventSchema = v.variant('kind', [
  analysisProgressSchema,
  v.object({ kind: v.literal('row'), row: sensitivityRowSchema }),
  /** A row of `top`. */
  v.object({ kind: v.literal('top-row'), row: sensitivityRowSchema }),
]);
export type SensitivityEvent = Readonly<v.InferOutput<typeof sensitivityEventSchema>>;

/** What was answered before about a run, newest first; nothing is computed. */
export const storedLayersSchema = v.object({ errors: v.array(siteErrorsSchema), sensitivity: v.array(sensitivitySchema) });
export type StoredLayers = Readonly<v.InferOutput<typeof storedLayersSchema>>;
