/** Long questions to the engine about a stored run: how far they are, and over which images they are answered. */
import * as v from 'valibot';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Steps done of all; what a step is (a site, an image, a draw) belongs to the question. */
export const analysisProgressSchema = v.object({ kind: v.literal('progress'), done: whole, total: whole });
export type AnalysisProgress = Readonly<v.InferOutput<typeof analysisProgressSchema>>;

/**
 * Images of a run's list that a question is answered on: a seeded, class-balanced sample in whole batches of the run, a smaller one within
 * every larger one. The list itself is in the order of classes, so its first images are no sample.
 */
export const sampleCountSchema = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000));
