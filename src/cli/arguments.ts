/** Values of options, checked at the door: what is wrong is said with what is allowed (exit 2). */
import { InvalidArgumentError } from 'commander';
import { arithmetics, interpolations, logSchemeIds, preprocessSchema, schemeIds } from '../shared/settings';
import type { Arithmetic, EvaluationSpec, SchemeId } from '../shared/settings';

export function parseBits(text: string): number {
  const bits = wholeNumber(text);
  if (bits === 32 || (bits >= 2 && bits <= 8)) return bits;
  throw new InvalidArgumentError('Allowed: 2 to 8, or 32 for off.');
}

export function parsePositive(text: string): number {
  const value = wholeNumber(text);
  if (value >= 1) return value;
  throw new InvalidArgumentError('Allowed: a whole number from 1.');
}

export function parseSeeds(text: string): number[] {
  return commaList(text).map((item) => {
    const seed = wholeNumber(item);
    if (seed >= 0) return seed;
    throw new InvalidArgumentError('Allowed: whole numbers from 0, separated by commas.');
  });
}

/** "ID[,ID..]" or "all"; doubles are dropped. */
export function parseSchemes(text: string): SchemeId[] {
  const schemes = commaList(text).flatMap((item): readonly SchemeId[] => {
    if (item === 'all') return logSchemeIds;
    const scheme = schemeIds.find((id) => id === item);
    if (scheme !== undefined) return [scheme];
    throw new InvalidArgumentError(`"${item}" is not a scheme. Allowed: ${schemeIds.join(', ')}, all.`);
  });
  return [...new Set(schemes)];
}

export function parseArithmetic(text: string): Arithmetic {
  const arithmetic = arithmetics.find((known) => known === text);
  if (arithmetic !== undefined) return arithmetic;
  throw new InvalidArgumentError(`Allowed: ${arithmetics.join(', ')}.`);
}

export function parseNames(text: string): string[] {
  return [...new Set(commaList(text))];
}

/** A preset, `auto`, or JSON `{mean,std,crop_pct,interpolation}`, with `channels` and `resize` where they are unusual. */
export function parsePreprocessOption(text: string): EvaluationSpec['preprocess'] {
  const preset = (['auto', 'deit', 'vit', 'swin'] as const).find((known) => known === text);
  if (preset !== undefined) return preset;
  const expected = `auto, deit, vit, swin, or JSON such as {"mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5],"crop_pct":0.9,"interpolation":"bicubic"} (interpolation: ${interpolations.join(', ')}; optional: "channels":"bgr", "resize":"squash")`;
  const fields = jsonObject(text);
  const allowed = ['mean', 'std', 'crop_pct', 'interpolation', 'channels', 'resize'];
  if (fields === null || [...fields.keys()].some((key) => !allowed.includes(key))) throw new InvalidArgumentError(`Allowed: ${expected}.`);
  const checked = preprocessSchema['~standard'].validate({
    mean: fields.get('mean'), std: fields.get('std'), cropPct: fields.get('crop_pct'), interpolation: fields.get('interpolation'),
    ...Object.fromEntries(['channels', 'resize'].flatMap((key) => (fields.has(key) ? [[key, fields.get(key)]] : []))),
  });
  if ('value' in checked && checked.issues === undefined && checked.value.std.every((deviation) => deviation > 0)) return checked.value;
  throw new InvalidArgumentError(`Allowed: ${expected}.`);
}

function jsonObject(text: string): Map<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : null;
  } catch {
    // Not JSON: the caller says what is allowed.
    return null;
  }
}

function wholeNumber(text: string): number {
  return /^\d+$/.test(text.trim()) ? Number(text) : NaN;
}

function commaList(text: string): string[] {
  const items = text.split(',').map((item) => item.trim()).filter((item) => item !== '');
  if (items.length === 0) throw new InvalidArgumentError('The list is empty.');
  return items;
}
