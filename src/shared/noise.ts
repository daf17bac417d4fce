/** How much rounding alone moves a run: its spread over other realisations of float32 rounding. */
import * as v from 'valibot';
import { analysisProgressSchema } from './analysis';

/** The run's network evaluated once more, against what the run itself said of the same images. */
export const noiseRepeatSchema = v.object({
  /** Of the realisation; 0 is the network as it is. */
  seed: v.number(),
  images: v.number(),
  /** Percent. */
  top1: v.number(),
  /** Images whose best class is another: lost + gained + changed. */
  flips: v.number(),
  /** Right in the run and wrong here; the other way round; wrong in both, differently. */
  lost: v.number(),
  gained: v.number(),
  changed: v.number(),
  /** Images whose margin differs at all: how far the noise reached, whether or not it flipped anything. */
  moved: v.number(),
});
export type NoiseRepeat = Readonly<v.InferOutput<typeof noiseRepeatSchema>>;

export const noiseSpreadSchema = v.object({
  min: v.number(),
  max: v.number(),
  mean: v.number(),
  /** Standard deviation of the sample; null for one repeat. */
  deviation: v.nullable(v.number()),
});
export type NoiseSpread = Readonly<v.InferOutput<typeof noiseSpreadSchema>>;

/**
 * Where the noise acts. 'evaluation': in the network with the run's parameters, what another order of summation could have moved in the run as
 * it stands. 'calibration': in the calibration too, so that the parameters are found anew under it: what the whole run could have given elsewhere.
 */
export const noiseScopes = ['evaluation', 'calibration'] as const;
export type NoiseScope = (typeof noiseScopes)[number];

/** What the workspace keeps: repeats by seed, so that asking for more goes on where it ended. */
export const storedNoiseSchema = v.object({
  scope: v.picklist(noiseScopes),
  images: v.number(),
  /** Relative size of the noise. */
  noise: v.number(),
  /** Percent, of the run on these images. */
  runTop1: v.number(),
  /** The network as it is, on this machine: flips here are not rounding noise but another machine, version or file. Null until measured. */
  control: v.nullable(noiseRepeatSchema),
  repeats: v.array(noiseRepeatSchema),
});
export type StoredNoise = Readonly<v.InferOutput<typeof storedNoiseSchema>>;

export const noiseResultSchema = v.object({
  ...storedNoiseSchema.entries,
  runId: v.string(),
  /** 'stopped': the repeats so far, which are kept. */
  state: v.picklist(['done', 'stopped']),
  /** Of top-1 over the repeats, percent; null without repeats. */
  spread: v.nullable(noiseSpreadSchema),
});
export type NoiseResult = Readonly<v.InferOutput<typeof noiseResultSchema>>;

/** The stored answer of each scope on the most images; null where it was never asked. */
export const noiseAnswersSchema = v.object({ evaluation: v.nullable(noiseResultSchema), calibration: v.nullable(noiseResultSchema) });
export type NoiseAnswers = Readonly<v.InferOutput<typeof noiseAnswersSchema>>;

export const noiseEventSchema = v.variant('kind', [analysisProgressSchema, v.object({ kind: v.literal('repeat'), result: noiseResultSchema })]);
export type NoiseEvent = v.InferOutput<typeof noiseEventSchema>;

export const noiseRepeatsSchema = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100));

/** Least, most, mean and standard deviation of top-1 over repeats; null of none. */
export function noiseSpread(repeats: readonly NoiseRepeat[]): NoiseSpread | null {
  if (repeats.length === 0) return null;
  const values = repeats.map(({ top1 }) => top1);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { min: Math.min(...values), max: Math.max(...values), mean, deviation: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)) };
}

/** Of several answers the one that says most: on the most images, then with the most repeats. */
export function bestNoise<T extends StoredNoise>(answers: readonly T[]): T | null {
  return answers.reduce<T | null>((best, answer) => (best === null || answer.images > best.images || (answer.images === best.images && answer.repeats.length > best.repeats.length) ? answer : best), null);
}
