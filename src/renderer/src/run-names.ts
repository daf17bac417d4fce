/** How runs are told apart in words: equal names must not hide different settings. */
import type { RunRecord } from '../../shared/records';
import type { RunSettings } from '../../shared/settings';

/** Words for what tells two runs apart, in the language of the window. */
export interface RunWords {
  readonly arithmetic: (id: string) => string;
  readonly seed: (seed: number) => string;
  readonly images: (limit: number | null) => string;
  readonly overrides: (count: number) => string;
  /** Calibration pictures that the person chose, or another number of them than 32. */
  readonly calibration: (images: number, chosen: boolean) => string;
  readonly batch: (images: number) => string;
  readonly chosenImages: () => string;
}

/** Between the parts of a run's name. */
export const separator = ' · ';

/** How many exceptions from its bits and scheme a run has. */
export function overrideCount({ overrides }: RunSettings): number {
  return Object.keys(overrides ?? {}).length;
}

/** FP32, or the scheme of the attention map (`none`: the map stays in FP32 while the rest is quantised). */
export function schemeTitle({ arithmetic, scheme }: RunSettings): string {
  return arithmetic === 'fp32' ? 'FP32' : scheme;
}

/** What somebody called the run, else its scheme. */
export function runTitle({ title, settings }: RunRecord): string {
  return title ?? schemeTitle(settings);
}

/** Everything about a run that the seed's command line would not have made by default. */
function oddities(settings: RunSettings, words: RunWords): string[] {
  const { arithmetic, wBits, aBits, seed, limit, calibrationImages, calibrationList, batch, imageList } = settings;
  const quantised = arithmetic !== 'fp32';
  const overrides = overrideCount(settings);
  return [
    ...(quantised && (wBits !== 4 || aBits !== 4) ? [`W${wBits}A${aBits}`] : []),
    ...(arithmetic === 'integer' ? [words.arithmetic(arithmetic)] : []),
    ...(overrides > 0 ? [words.overrides(overrides)] : []),
    ...(quantised && seed !== 0 && calibrationList === null ? [words.seed(seed)] : []),
    ...(quantised && (calibrationList !== null || calibrationImages !== 32) ? [words.calibration(calibrationImages, calibrationList !== null)] : []),
    ...(limit === null ? [] : [words.images(limit)]),
    ...(imageList === null ? [] : [words.chosenImages()]),
    ...(batch === 1 ? [] : [words.batch(batch)]),
  ];
}

/** A run by itself: its scheme and what is out of the ordinary about it. */
export function runName(run: RunRecord, words: RunWords): string {
  return [runTitle(run), ...oddities(run.settings, words)].join(separator);
}

/** A run beside another: its scheme, then every setting in which the two differ otherwise. */
export function otherName({ settings: own }: RunRecord, other: RunRecord, words: RunWords): string {
  const { settings } = other;
  const fp32 = settings.arithmetic === 'fp32';
  const differences: string[] = [];
  if (!fp32) {
    // FP32 differs from every run in bits and arithmetic: beside it only what is out of the ordinary is said.
    const expected = own.arithmetic === 'fp32' ? { wBits: 4, aBits: 4, arithmetic: 'reference', seed: 0 } : own;
    if (settings.wBits !== expected.wBits || settings.aBits !== expected.aBits) differences.push(`W${settings.wBits}A${settings.aBits}`);
    if (settings.arithmetic !== expected.arithmetic) differences.push(words.arithmetic(settings.arithmetic));
    if (settings.seed !== expected.seed) differences.push(words.seed(settings.seed));
    if (JSON.stringify(settings.overrides) !== JSON.stringify(own.overrides)) differences.push(words.overrides(overrideCount(settings)));
  }
  if (settings.limit !== own.limit) differences.push(words.images(settings.limit));
  return [runTitle(other), ...differences].join(separator);
}

/** What is out of the ordinary about a run of this model, after the model's name; the state unless it is done. */
export function runDetails({ title, modelName, settings, state }: RunRecord, words: RunWords, stateName: string): string {
  return [...(title === undefined ? [] : [schemeTitle(settings)]), modelName, ...oddities(settings, words), ...(state === 'done' ? [] : [stateName])].join(separator);
}
