/** The record of a reference experiment: what it was given and everything it found. */
import * as v from 'valibot';
import { siteParametersSchema } from './records';
import { schemeIdSchema } from './settings';

const channels = v.strictTuple([v.number(), v.number(), v.number()]);

export const goldenSchema = v.object({
  model: v.string(),
  scheme: schemeIdSchema,
  w_bits: v.number(),
  a_bits: v.number(),
  preprocess: v.object({ mean: channels, std: channels, crop_pct: v.number() }),
  /** One batch, in this order; base names. */
  calibration_images: v.array(v.string()),
  eval_images: v.array(v.string()),
  sites: siteParametersSchema,
  reparameterisation: v.record(v.string(), v.object({ layer_norm: v.string(), channel_delta: v.array(v.number()), channel_zero_point: v.array(v.number()) })),
  fp32_logits: v.array(v.array(v.number())),
  quantized_logits: v.array(v.array(v.number())),
});
export type Golden = v.InferOutput<typeof goldenSchema>;

const tensorSchema = v.object({ shape: v.array(v.number()), float32: v.string() });

/** One image through one block of the reference: input and output of every site, float32 little-endian in base64. */
export const traceSchema = v.object({
  model: v.string(),
  scheme: schemeIdSchema,
  image: v.string(),
  sites: v.record(v.string(), v.object({ inputs: v.array(tensorSchema), output: tensorSchema })),
});
export type GoldenTrace = v.InferOutput<typeof traceSchema>;
