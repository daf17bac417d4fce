/** What a report is made of: the board, and of the runs that were chosen everything that is stored. */
import * as v from 'valibot';
import { flipCountsSchema, flipRowSchema } from './images';
import { siteErrorsSchema } from './layers';
import { boardSchema, pairedResultSchema, runRecordSchema } from './records';

/** A run in detail; `againstId` null: its model's FP32. */
export const reportChoiceSchema = v.object({ runId: v.string(), againstId: v.nullable(v.string()) });
export type ReportChoice = Readonly<v.InferOutput<typeof reportChoiceSchema>>;

export const reportRunSchema = v.object({
  run: runRecordSchema,
  /** What it is held against; null when there is nothing to hold it against. */
  against: v.nullable(runRecordSchema),
  paired: v.nullable(pairedResultSchema),
  /** Stored answer of the layers page on the most images; null when it was never asked. */
  errors: v.nullable(siteErrorsSchema),
  /** How often each code was used, all heads of a block together; empty for runs that quantise no map. */
  levels: v.array(v.object({ block: v.string(), counts: v.array(v.number()) })),
  /** What the numbers of classes in `flips` are called, by output of the model; null where nothing says a name. */
  classNames: v.array(v.nullable(v.string())),
  flips: v.nullable(v.object({ counts: flipCountsSchema, lost: v.array(flipRowSchema), gained: v.array(flipRowSchema) })),
});
export type ReportRun = Readonly<v.InferOutput<typeof reportRunSchema>>;

export const reportDataSchema = v.object({
  board: boardSchema,
  runs: v.array(reportRunSchema),
  /** Chosen runs against each other, Holm over all of these comparisons; empty for fewer than two. */
  pairs: v.array(pairedResultSchema),
  workspace: v.string(),
  engine: v.string(),
  created: v.string(),
});
export type ReportData = Readonly<v.InferOutput<typeof reportDataSchema>>;
