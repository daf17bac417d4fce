/** Records of reference experiments from text to the engine's own terms. */
import { check, type Checked } from '../../../shared/check';
import { fail } from '../../../shared/failure';
import { goldenSchema, traceSchema, type Golden, type GoldenTrace } from '../../../shared/golden';
import type { NetworkParameters } from '../graph/parameters';

/** Parses a golden. Throws EngineError 'golden-unreadable' naming the first field that is wrong. */
export function parseGolden(text: string, file: string): Golden {
  return parse((json) => check(goldenSchema, json), text, file, 'a record <model>.<scheme>.w4a4.json of the reference');
}

/** Parses a trace; its parameters are in the golden of the same name. */
export function parseTrace(text: string, file: string): GoldenTrace {
  return parse((json) => check(traceSchema, json), text, file, 'a trace <model>.<scheme>.w4a4.trace.json of the reference');
}

/** The golden's parameters as the networks take them. */
export function goldenParameters(golden: Golden): NetworkParameters {
  const reparameterisation = Object.fromEntries(Object.entries(golden.reparameterisation).map(([site, record]) => [
    site, { layerNorm: record.layer_norm, channelDelta: record.channel_delta, channelZeroPoint: record.channel_zero_point },
  ]));
  return { sites: golden.sites, reparameterisation };
}

function parse<T>(checkJson: (json: unknown) => Checked<T>, text: string, file: string, expected: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fail('golden-unreadable', `The record is not JSON: ${error instanceof Error ? error.message : String(error)}`, { file, expected });
  }
  const checked = checkJson(json);
  if (checked.kind === 'valid') return checked.value;
  throw fail('golden-unreadable', `The record is not usable: ${checked.problem}`, { file, place: checked.place ?? 'the document', expected });
}
