/** Readonly records that the engine hands out: models, data sets, runs, results. Accuracies and differences in percent. */
import * as v from 'valibot';
import { failureSchema } from './failure';
import { labelChoiceSchema, runSettingsSchema, schemeIdSchema } from './settings';

const interval = v.strictTuple([v.number(), v.number()]);

export const skippedImageSchema = v.object({ file: v.string(), reason: v.string(), detail: v.string() });
export type SkippedImage = Readonly<v.InferOutput<typeof skippedImageSchema>>;

export const modelRecordSchema = v.object({
  id: v.string(),
  name: v.string(),
  file: v.string(),
  hash: v.string(),
  family: v.picklist(['vit', 'swin']),
  parameters: v.number(),
  inputSize: v.number(),
  classes: v.number(),
  /** Names of the outputs, where the model's file carries them. */
  outputNames: v.optional(v.array(v.string())),
  /** One entry per attention block, in network order. */
  blocks: v.array(v.object({ name: v.string(), heads: v.number(), tokens: v.number() })),
  notes: v.array(v.string()),
});
export type ModelRecord = Readonly<v.InferOutput<typeof modelRecordSchema>>;

export const datasetRecordSchema = v.object({
  id: v.string(),
  name: v.string(),
  root: v.string(),
  layout: v.string(),
  labelSet: v.string(),
  /** The labels are numbers out of a file, and nothing confirms the order in which they were taken to count the classes. Left out where it does not hold. */
  unconfirmed: v.optional(v.literal(true)),
  hash: v.string(),
  classes: v.array(v.object({ folder: v.string(), name: v.string(), label: v.number() })),
  trainImages: v.number(),
  valImages: v.number(),
  /** False where there is no train split, so that calibration pictures are drawn from the ones that are evaluated. Left out by older workspaces. */
  ownTrain: v.optional(v.boolean()),
  /** How a person chose the labels of flat pictures: listed again without it, the data set would be another. Left out: as the files say. */
  labels: v.optional(labelChoiceSchema),
  /** What was seen when it was listed, in one sentence; left out by records of older versions. */
  seen: v.optional(v.string()),
  notes: v.array(v.string()),
});
export type DatasetRecord = Readonly<v.InferOutput<typeof datasetRecordSchema>>;

export const runStates = ['waiting', 'calibrating', 'running', 'done', 'stopped', 'failed'] as const;
export type RunState = (typeof runStates)[number];

/** Quantiser parameters of a site after calibration, named as in the reference (`input`/`weight` or `A`/`B`). */
export const quantizerParametersSchema = v.object({
  bits: v.optional(v.number()),
  scheme: v.optional(v.string()),
  delta: v.array(v.number()),
  zero_point: v.optional(v.array(v.number())),
});
export const siteParametersSchema = v.record(v.string(), v.record(v.string(), quantizerParametersSchema));
export type QuantizerParameters = Readonly<v.InferOutput<typeof quantizerParametersSchema>>;
/** site -> operand -> parameters. */
export type SiteParameters = Readonly<Record<string, Readonly<Record<string, QuantizerParameters>>>>;

/** A site of an integer run that could not be integer, and why. */
export const siteFallbackSchema = v.object({ site: v.string(), reason: v.string() });
export const siteFallbacksSchema = v.array(siteFallbackSchema);
export type SiteFallback = Readonly<v.InferOutput<typeof siteFallbackSchema>>;

/** A run: one model, one data set, one set of settings; partial while it goes on. */
export const runRecordSchema = v.object({
  id: v.string(),
  modelId: v.string(),
  modelName: v.string(),
  datasetId: v.string(),
  settings: runSettingsSchema,
  state: v.picklist(runStates),
  /** Images evaluated so far, of `total` planned (skipped ones included in neither top1 nor images). */
  images: v.number(),
  total: v.number(),
  skipped: v.number(),
  top1: v.nullable(v.number()),
  top5: v.nullable(v.number()),
  top1Ci95: v.nullable(interval),
  loss: v.nullable(v.number()),
  seconds: v.object({ calibration: v.number(), evaluation: v.number() }),
  created: v.string(),
  failure: v.nullable(failureSchema),
  /** Integer runs, once checked: true when every product was shown to be exact, no site in floating point. Null for other runs. */
  exact: v.nullable(v.boolean()),
  fallbacks: siteFallbacksSchema,
  /** What somebody called it; left out when nobody did. */
  title: v.optional(v.string()),
});
export type RunRecord = Readonly<v.InferOutput<typeof runRecordSchema>>;

/** Two runs of one model on the images that both have. */
export const pairedResultSchema = v.object({
  /** Run ids. */
  a: v.string(),
  b: v.string(),
  images: v.number(),
  /** top-1 of a minus top-1 of b, in points. */
  difference: v.number(),
  ci95: interval,
  mcnemarP: v.number(),
  /** Holm-adjusted over the row's comparisons. */
  holmP: v.number(),
  /** b right, a wrong / a right, b wrong / both wrong but different. */
  lost: v.number(),
  gained: v.number(),
  changed: v.number(),
  /** Images needed to tell the two apart at 5 % with 80 % power if the discordance stays as it is; null when there is none. */
  imagesNeeded: v.nullable(v.number()),
});
export type PairedResult = Readonly<v.InferOutput<typeof pairedResultSchema>>;

/** Top-1 and its 95 % interval over the first `images` images of a run's list, at up to a hundred places; the last is the run as it stands. */
export const bandSchema = v.object({ runId: v.string(), total: v.number(), points: v.array(v.object({ images: v.number(), top1: v.number(), ci95: interval })) });
export type Band = Readonly<v.InferOutput<typeof bandSchema>>;

export const boardCellSchema = v.object({
  modelId: v.string(),
  scheme: schemeIdSchema,
  arithmetic: v.string(),
  run: v.nullable(runRecordSchema),
  /** Against the model's FP32 run, or against the column that the board was asked to hold all others against. */
  paired: v.nullable(pairedResultSchema),
  /** An integer run against the same quantisers in reference arithmetic (Holm left out); null for other cells, and where that was not run. */
  counterpart: v.nullable(pairedResultSchema),
  /** The seed's published top-1 for this cell where there is one. */
  published: v.nullable(v.number()),
  /** Whose figure it is, where the seed's page took it from others ("RepQ-ViT"). */
  publishedAs: v.nullable(v.string()),
  /** What the seed's own logs say of this cell: a rerun, or a figure that never reached the page. */
  publishedLog: v.nullable(v.number()),
  /** Top-1 in percent over finished runs that differ from this one by their seed alone, itself included; null when there are fewer than two. */
  seeds: v.nullable(v.object({ count: v.number(), min: v.number(), max: v.number(), mean: v.number() })),
  /** How far rounding alone moves top-1, in points between the least and the most of the repeats; null when it was not measured. */
  noise: v.nullable(v.object({ repeats: v.number(), images: v.number(), spread: v.number() })),
});
export type BoardCell = Readonly<v.InferOutput<typeof boardCellSchema>>;

export const schemeLadderSchema = v.object({
  id: schemeIdSchema,
  /** Relative levels (value of each code at its typical delta), ascending; code 0 is zero. */
  levels: v.array(v.number()),
  distinct: v.number(),
});

export const boardSchema = v.object({
  datasetId: v.nullable(v.string()),
  /** The column that the cells' `paired` are against; left out for FP32. */
  baseline: v.optional(schemeIdSchema),
  models: v.array(modelRecordSchema),
  columns: v.array(schemeLadderSchema),
  cells: v.array(boardCellSchema),
});
export type Board = Readonly<v.InferOutput<typeof boardSchema>>;

export const predictionSchema = v.object({
  /** Position in the run's list of images. */
  index: v.number(),
  file: v.string(),
  label: v.number(),
  top5: v.array(v.number()),
  /** Logit of the best class minus the second best. */
  margin: v.number(),
  correct: v.boolean(),
  /** 32-bit digest of all attention codes of the image (every block, head, row, column); 0 for FP32 runs. */
  mapDigest: v.number(),
});
export type Prediction = Readonly<v.InferOutput<typeof predictionSchema>>;

export const workspaceSummarySchema = v.object({
  file: v.string(),
  models: v.array(modelRecordSchema),
  datasets: v.array(datasetRecordSchema),
  runs: v.array(runRecordSchema),
});
export type WorkspaceSummary = Readonly<v.InferOutput<typeof workspaceSummarySchema>>;

/** What is taken out of a workspace. */
export const removalSchema = v.object({ kind: v.picklist(['run', 'model', 'dataset']), id: v.string() });
export type Removal = Readonly<v.InferOutput<typeof removalSchema>>;
