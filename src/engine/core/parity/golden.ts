/** The record of a reference experiment: what it was given and everything it found. */
import * as v from 'valibot';
import { siteParametersSchema } from '../../../shared/records';
import { schemeIdSchema } from '../../../shared/settings';
import { fail } from '../../../shared/failure';
import type { NetworkParameters } from '../graph/parameters';

const channels = v.strictTuple([v.number(), v.number(), v.number()]);

const goldenSchema = v.object({
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
const traceSchema = v.object({
  model: v.string(),
  scheme: schemeIdSchema,
  image: v.string(),
  sites: v.record(v.string(), v.object({ inputs: v.array(tensorSchema), output: tensorSchema })),
});
export type GoldenTrace = v.InferOutput<typeof traceSchema>;

/** Parses a golden. Throws EngineError 'golden-unreadable' naming the first field that is wrong. */
export function parseGolden(text: string, file: string): Golden {
  return parse(goldenSchema, text, file, 'a record <model>.<scheme>.w4a4.json of the reference');
}

/** Parses a trace; its parameters are in the golden of the same name. */
export function parseTrace(text: string, file: string): GoldenTrace {
  return parse(traceSchema, text, file, 'a trace <model>.<scheme>.w4a4.trace.json of the reference');
}

/** The golden's parameters as the networks take them. */
export function goldenParameters(golden: Golden): NetworkParameters {
  const reparameterisation = Object.fromEntries(Object.entries(golden.reparameterisation).map(([site, record]) => [
    site, { layerNorm: record.layer_norm, channelDelta: record.channel_delta, channelZeroPoint: record.channel_zero_point },
  ]));
  return { sites: golden.sites, reparameterisation };
}

function parse<S extends v.GenericSchema>(schema: S, text: string, file: string, expected: string): v.InferOutput<S> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fail('golden-unreadable', `The record is not JSON: ${error instanceof Error ? error.message : String(error)}`, { file, expected });
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw fail('golden-unreadable', `The record is not usable: ${issue.message}`, { file, place: v.getDotPath(issue) ?? 'the document', expected });
}
