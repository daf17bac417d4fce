/** What the strip is coloured by and the table sorted by, and which end of it is the bad one. */
import { assertNever } from '../../../shared/assert-never';
import type { ErrorFigures } from '../../../shared/attention';
import type { LayerRow } from './layer-rows';

export const errorFigures = ['relativeL2', 'sqnr', 'cosine'] as const;
export type ErrorFigure = (typeof errorFigures)[number];
/** Whose error: of the network up to the site, of the site alone, or of one kind of its operands alone. */
export const errorScopes = ['cumulative', 'local', 'weights', 'activations', 'attention'] as const;
export type ErrorScope = (typeof errorScopes)[number];
export const klScopes = ['on-alone', 'off-alone'] as const;
export type KlScope = (typeof klScopes)[number];

export type Metric = { readonly kind: 'error'; readonly figure: ErrorFigure; readonly scope: ErrorScope } | { readonly kind: 'kl'; readonly scope: KlScope };

/** One figure of an error; Infinity for the SQNR of no error at all. */
export function figureOf(error: ErrorFigures, figure: ErrorFigure): number {
  switch (figure) {
    case 'relativeL2': return error.relativeL2;
    case 'sqnr': return error.sqnrDb ?? Infinity;
    case 'cosine': return error.cosine;
    default: return assertNever(figure, 'figure');
  }
}

/** The metric of one row; null where nothing was measured, or where there is nothing of the kind (a site without a weight). */
export function valueOf(row: LayerRow, metric: Metric): number | null {
  if (metric.kind === 'kl') return row.sensitivity[metric.scope]?.kl ?? null;
  const error = row.error?.[metric.scope] ?? null;
  return error === null ? null : figureOf(error, metric.figure);
}

/**
 * Which end is worse. Off alone, a low KL is what stands out: leaving this one site in floating point repairs the answer, so it did the damage.
 */
export function worseEnd(metric: Metric): 'high' | 'low' {
  if (metric.kind === 'kl') return metric.scope === 'on-alone' ? 'high' : 'low';
  return metric.figure === 'relativeL2' ? 'high' : 'low';
}

/** Larger is worse, whatever the metric: what columns are sorted by. Null stays null. */
export function badness(value: number | null, metric: Metric): number | null {
  if (value === null) return null;
  return worseEnd(metric) === 'high' ? value : -value;
}

/** The end of the network's error that is worst, or null when nothing is known. */
export function worstRow(rows: readonly LayerRow[], metric: Metric): LayerRow | null {
  let worst: LayerRow | null = null;
  let most = -Infinity;
  for (const row of rows) {
    const bad = badness(valueOf(row, metric), metric);
    if (bad !== null && bad > most) [worst, most] = [row, bad];
  }
  return worst;
}

/** Maps a metric's values to 0 (best) .. 1 (worst). */
export interface MetricScale {
  /** Values at the two ends of the colours. */
  readonly best: number;
  readonly worst: number;
  /** Equal steps of colour are equal ratios. */
  readonly log: boolean;
}

/** KL reaches over many orders of magnitude; what is further below the largest than this is drawn as the best. */
const klDecades = 3;

/** The scale over all values of the metric; errors begin at no error, so that a good network looks good. */
export function metricScale(values: readonly number[], metric: Metric): MetricScale {
  const finite = values.filter((value) => Number.isFinite(value));
  const most = Math.max(...finite, -Infinity);
  const least = Math.min(...finite, Infinity);
  if (finite.length === 0) return { best: 0, worst: 1, log: false };
  if (metric.kind === 'kl') {
    if (metric.scope === 'off-alone') return { best: most, worst: least, log: false };
    const positive = finite.filter((value) => value > 0);
    return positive.length === 0 ? { best: 0, worst: 1, log: false } : { best: Math.max(Math.min(...positive), most / 10 ** klDecades), worst: most, log: true };
  }
  switch (metric.figure) {
    case 'relativeL2': return { best: 0, worst: most > 0 ? most : 1, log: false };
    case 'sqnr': return { best: most, worst: least, log: false };
    case 'cosine': return { best: 1, worst: Math.min(least, 1 - 1e-6), log: false };
    default: return assertNever(metric.figure, 'figure');
  }
}

/** Place of a value, 0 (best) .. 1 (worst), clamped. */
export function placeOn(scale: MetricScale, value: number): number {
  if (value === Infinity) return scale.best > scale.worst ? 0 : 1;
  const { best, worst } = scale;
  // All values alike: neither end is meant.
  if (best === worst) return 0.5;
  const t = scale.log ? Math.log(Math.max(value, best) / best) / Math.log(worst / best) : (value - best) / (worst - best);
  return Math.min(1, Math.max(0, t));
}
