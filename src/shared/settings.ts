/** What a run is made with. Checked at every door (command line, window, stored recipe). */
import * as v from 'valibot';
import { bitsSchema, logSchemeIds, schemeIds, schemeIdSchema, type SchemeId } from './bits-and-schemes';
import { labelMapSchema } from './label-map';
import { overridesSchema } from './overrides';

export { bitsSchema, logSchemeIds, schemeIds, schemeIdSchema, type SchemeId };

export const arithmetics = ['fp32', 'reference', 'integer'] as const;
export const arithmeticSchema = v.picklist(arithmetics);
export type Arithmetic = v.InferOutput<typeof arithmeticSchema>;

export const interpolations = ['bilinear', 'bicubic', 'lanczos'] as const;
const channels = v.strictTuple([v.number(), v.number(), v.number()]);
export const preprocessSchema = v.object({
  mean: channels,
  std: channels,
  cropPct: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
  interpolation: v.picklist(interpolations),
  /** The network takes blue first. Mean and std stay those of red, green and blue. Left out: red first. */
  channels: v.optional(v.literal('bgr')),
  /** Both sides are resized, whatever the picture's shape. Left out: the short side. */
  resize: v.optional(v.literal('squash')),
});
/** Pixel preparation: short side to floor(input/cropPct), centre crop, (x/255 - mean)/std. */
export type Preprocess = Readonly<v.InferOutput<typeof preprocessSchema>>;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Everything that decides the figures of one run. Equal settings continue each other; different ones never mix. */
export const runSettingsSchema = v.object({
  scheme: schemeIdSchema,
  wBits: bitsSchema,
  aBits: bitsSchema,
  arithmetic: arithmeticSchema,
  calibrationImages: positive,
  seed: count,
  batch: positive,
  /** Images evaluated; null = all. */
  limit: v.nullable(positive),
  preprocess: preprocessSchema,
  /** Paths relative to the data set when the user chose the pictures himself; null = the reference's draw / the whole split. */
  calibrationList: v.nullable(v.array(v.string())),
  imageList: v.nullable(v.array(v.string())),
  /** Exceptions from bits and scheme; left out when there are none. The order of the keys counts. */
  overrides: v.optional(overridesSchema),
  /** Which output stands for which class, where it is not the one in the data set's own order. */
  labelMap: v.optional(labelMapSchema),
});
export type RunSettings = Readonly<v.InferOutput<typeof runSettingsSchema>>;

/** Labels of flat validation pictures as a person chose them: a file (null: the one found, or the numbers in the names), and the order that its numbers count in. */
export const labelOrders = ['auto', 'devkit', 'sorted-from-0', 'sorted-from-1'] as const;
export const labelChoiceSchema = v.object({ file: v.nullable(v.string()), order: v.picklist(labelOrders) });
export type LabelChoice = Readonly<v.InferOutput<typeof labelChoiceSchema>>;

/** One evaluation job: every model under every cell, on one data set. */
export const evaluationSpecSchema = v.object({
  /** Model files. */
  models: v.pipe(v.array(v.string()), v.minLength(1)),
  dataset: v.string(),
  /** Left out: as the files say. */
  labels: v.optional(labelChoiceSchema),
  schemes: v.array(schemeIdSchema),
  /** Adds the FP32 run of each model (scheme none, bits 32, arithmetic fp32). */
  withFp32: v.boolean(),
  wBits: bitsSchema,
  aBits: bitsSchema,
  arithmetic: arithmeticSchema,
  calibrationImages: positive,
  seeds: v.pipe(v.array(count), v.minLength(1)),
  batch: positive,
  limit: v.nullable(positive),
  preprocess: v.union([v.literal('auto'), v.picklist(['deit', 'vit', 'swin']), preprocessSchema]),
  calibrationList: v.nullable(v.array(v.string())),
  imageList: v.nullable(v.array(v.string())),
  workers: v.nullable(positive),
  resume: v.boolean(),
  /** Of every quantised run; FP32 runs have none. */
  overrides: v.optional(overridesSchema),
  labelMap: v.optional(labelMapSchema),
});
export type EvaluationSpec = Readonly<v.InferOutput<typeof evaluationSpecSchema>>;
