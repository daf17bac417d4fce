/** Preprocessing presets, and the free form that `--preprocess JSON` and the model metadata `bitlog2.preprocess` share. */
import { fail } from '../../../shared/failure';
import { interpolations, type Preprocess } from '../../../shared/settings';

const imagenetMean = [0.485, 0.456, 0.406] as const;
const imagenetStd = [0.229, 0.224, 0.225] as const;
const halves = [0.5, 0.5, 0.5] as const;

/** Under which keys of a model's metadata its preprocessing stands, and which file beside weights said it. */
export const preprocessKeys = { json: 'bitlog2.preprocess', file: 'bitlog2.preprocess.file' } as const;

export type PresetName = 'deit' | 'vit' | 'swin';

export const preprocessPresets: Readonly<Record<PresetName, Preprocess>> = {
  deit: { mean: [...imagenetMean], std: [...imagenetStd], cropPct: 0.875, interpolation: 'bicubic' },
  vit: { mean: [...halves], std: [...halves], cropPct: 0.9, interpolation: 'bicubic' },
  swin: { mean: [...imagenetMean], std: [...imagenetStd], cropPct: 0.9, interpolation: 'bicubic' },
};

const needed = ['mean', 'std', 'crop_pct', 'interpolation'] as const;
const keys = [...needed, 'channels', 'resize'] as const;
const example = '{"mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5],"crop_pct":0.9,"interpolation":"bicubic"}';

function wrong(place: string, what: string, expected: string): never {
  throw fail('settings', `The preprocessing is not usable: ${what}`, { place, expected, next: `Write it like ${example}` });
}

function channelsOf(value: unknown, key: string, accept: (channel: number) => boolean, expected: string): [number, number, number] {
  if (!Array.isArray(value)) return wrong(key, `${key} is ${JSON.stringify(value) ?? 'missing'}`, expected);
  const channels: unknown[] = value;
  const [red, green, blue] = channels;
  const good = (channel: unknown): channel is number => typeof channel === 'number' && Number.isFinite(channel) && accept(channel);
  if (channels.length !== 3 || !good(red) || !good(green) || !good(blue)) return wrong(key, `${key} is ${JSON.stringify(value)}`, expected);
  return [red, green, blue];
}

/**
 * `{"mean":[r,g,b],"std":[r,g,b],"crop_pct":x,"interpolation":"bicubic"}` as text; these four keys are needed.
 * `"channels":"bgr"` gives the network blue first, `"resize":"squash"` resizes both sides.
 * Throws EngineError 'settings' that names the key and what it should be.
 */
export function parsePreprocess(text: string): Preprocess {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return wrong('JSON', error instanceof Error ? error.message : 'it cannot be parsed', 'a JSON object, or one of deit, vit, swin');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return wrong('JSON', 'it is not an object', 'a JSON object');
  const fields = new Map<string, unknown>(Object.entries(json));
  for (const key of fields.keys()) {
    if (!keys.some((known) => known === key)) return wrong(key, `${key} is not known`, keys.join(', '));
  }
  const mean = channelsOf(fields.get('mean'), 'mean', () => true, 'three numbers, red, green, blue');
  const std = channelsOf(fields.get('std'), 'std', (channel) => channel > 0, 'three numbers above 0, red, green, blue');
  const cropPct = fields.get('crop_pct');
  if (typeof cropPct !== 'number' || !(cropPct > 0 && cropPct <= 1)) {
    return wrong('crop_pct', `crop_pct is ${JSON.stringify(cropPct) ?? 'missing'}`, 'a number above 0, at most 1');
  }
  const name = fields.get('interpolation');
  const interpolation = interpolations.find((known) => known === name);
  if (interpolation === undefined) {
    return wrong('interpolation', `interpolation is ${JSON.stringify(name) ?? 'missing'}`, interpolations.join(', '));
  }
  const channels = fields.get('channels');
  if (channels !== undefined && channels !== 'rgb' && channels !== 'bgr') return wrong('channels', `channels is ${JSON.stringify(channels)}`, 'rgb or bgr');
  const resize = fields.get('resize');
  if (resize !== undefined && resize !== 'short-side' && resize !== 'squash') return wrong('resize', `resize is ${JSON.stringify(resize)}`, 'short-side or squash');
  return { mean, std, cropPct, interpolation, ...(channels === 'bgr' ? { channels } : {}), ...(resize === 'squash' ? { resize } : {}) };
}

/** The same JSON, for model metadata, goldens and messages. */
export function preprocessJson(preprocess: Preprocess): string {
  const { mean, std, cropPct, interpolation, ...rest } = preprocess;
  return JSON.stringify({ mean, std, crop_pct: cropPct, interpolation, ...rest });
}
