/** How runs are told apart in words: equal names must not hide different settings. */
import type { RunRecord } from '../../shared/records';

/** Words for what tells two runs apart, in the language of the window. */
export interface RunWords {
  readonly arithmetic: (id: string) => string;
  readonly seed: (seed: number) => string;
  readonly images: (limit: number | null) => string;
}

/** A run beside another: its scheme, then every setting in which the two differ otherwise. */
export function otherName({ settings: own }: RunRecord, { settings }: RunRecord, words: RunWords): string {
  const fp32 = settings.arithmetic === 'fp32';
  const differences: string[] = [];
  if (!fp32) {
    // FP32 differs from every run in bits and arithmetic: beside it only what is out of the ordinary is said.
    const expected = own.arithmetic === 'fp32' ? { wBits: 4, aBits: 4, arithmetic: 'reference', seed: 0 } : own;
    if (settings.wBits !== expected.wBits || settings.aBits !== expected.aBits) differences.push(`W${settings.wBits}A${settings.aBits}`);
    if (settings.arithmetic !== expected.arithmetic) differences.push(words.arithmetic(settings.arithmetic));
    if (settings.seed !== expected.seed) differences.push(words.seed(settings.seed));
  }
  if (settings.limit !== own.limit) differences.push(words.images(settings.limit));
  return [fp32 ? 'FP32' : settings.scheme, ...differences].join(' · ');
}

/** What is out of the ordinary about a run of this model, after the model's name; the state unless it is done. */
export function runDetails({ modelName, settings, state }: RunRecord, words: RunWords, stateName: string): string {
  const { arithmetic, wBits, aBits, seed, limit } = settings;
  const quantised = arithmetic !== 'fp32';
  return [
    modelName,
    ...(quantised && (wBits !== 4 || aBits !== 4) ? [`W${wBits}A${aBits}`] : []),
    ...(arithmetic === 'integer' ? [words.arithmetic(arithmetic)] : []),
    ...(quantised && seed !== 0 ? [words.seed(seed)] : []),
    ...(limit === null ? [] : [words.images(limit)]),
    ...(state === 'done' ? [] : [stateName]),
  ].join(' · ');
}
