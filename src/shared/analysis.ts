/** Long questions to the engine about a stored run: how far they are, and over which images they are answered. */
import * as v from 'valibot';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Steps done of all; what a step is (a site, an image, a draw) belongs to the question. */
export const analysisProgressSchema = v.object({ kind: v.literal('progress'), done: whole, total: whole });
export type AnalysisProgress = Readonly<v.InferOutput<typeof analysisProgressSchema>>;

/**
 * Images of a run's list that a question is answered on: the whole batches that hold the first of a seeded, class-balanced choice, until they
 * hold so many; a smaller sample lies within every larger one. At batch 1 the sample is balanced; a larger batch brings its neighbours along, which
 * are of its own class where the list is in the order of classes, as it is unless somebody wrote it.
 */
export const sampleCountSchema = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000));
