/** Progress and result of an evaluation job. The result's `json` has the shape of `eval --json`. */
import * as v from 'valibot';
import { failureSchema } from './failure';
import { boardCellSchema, pairedResultSchema, runRecordSchema, siteParametersSchema, skippedImageSchema } from './records';

export const stages = ['listing', 'importing', 'calibrating', 'evaluating', 'finishing'] as const;
export type Stage = (typeof stages)[number];

export const progressSchema = v.object({
  stage: v.picklist(stages),
  /** What is being worked on: a model's name, or a model and a scheme. */
  subject: v.string(),
  /** Steps of this stage (image evaluations in 'evaluating', sites in 'calibrating'). */
  done: v.number(),
  total: v.number(),
  /** Items per second and seconds left for the whole job, once they mean something. */
  rate: v.nullable(v.number()),
  secondsLeft: v.nullable(v.number()),
  skipped: v.number(),
});
export type Progress = Readonly<v.InferOutput<typeof progressSchema>>;

export const evaluationEventSchema = v.variant('kind', [
  v.object({ kind: v.literal('progress'), progress: progressSchema }),
  /** A run was created or changed state, or has new partial figures. */
  v.object({ kind: v.literal('run'), run: runRecordSchema, cell: v.nullable(boardCellSchema) }),
  v.object({ kind: v.literal('skipped'), image: skippedImageSchema }),
  v.object({ kind: v.literal('note'), text: v.string() }),
]);
export type EvaluationEvent = v.InferOutput<typeof evaluationEventSchema>;

export const runResultSchema = v.object({ run: runRecordSchema, parameters: siteParametersSchema, skipped: v.array(skippedImageSchema) });

export const evaluationResultSchema = v.object({
  state: v.picklist(['done', 'stopped']),
  runs: v.array(runResultSchema),
  paired: v.array(pairedResultSchema),
  failures: v.array(failureSchema),
});
export type EvaluationResult = Readonly<v.InferOutput<typeof evaluationResultSchema>>;

export const estimateSchema = v.object({
  images: v.number(),
  cells: v.number(),
  /** Peak resident bytes expected of the engine process, and how it is made up. */
  peakBytes: v.number(),
  parts: v.array(v.object({ name: v.string(), bytes: v.number() })),
});
export type Estimate = Readonly<v.InferOutput<typeof estimateSchema>>;
