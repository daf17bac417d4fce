/** One set-up beside another on the same pictures: whether it is better beyond chance, and by enough to matter. */
import { logFactorial } from '../metrics/mcnemar';
import { normalTail } from '../metrics/normal-tail';
import { wilcoxonAbove } from '../metrics/wilcoxon';
import { Z95 } from '../metrics/wilson-interval';
import { mean, standardError, type Scores } from './answers';

/** Chance of any false alarm among all comparisons of one gate, before the guards below make it less. */
export const falseAlarms = 0.01;

/**
 * A change of the loss counts from this many nats on, and from this share of the loss. A neighbouring crop or another interpolation can truly be
 * better than the one that a model was published with, by less than that.
 */
const leastGain = 0.05;
const leastShare = 0.1;

export interface Comparison {
  readonly images: number;
  /** Pictures that only the rival has right, and that only the set-up in use has right. */
  readonly gained: number;
  readonly lost: number;
  /** Mean fall of the loss, in nats, with its 95 % interval. */
  readonly lossGain: number;
  readonly lossGainCi95: [number, number];
  /** That the rival is no better: twice the smaller of the tests by answers and by losses. */
  readonly p: number;
  /** Whether it is worth looking at more pictures. */
  readonly promising: boolean;
}

/** Both on the same pictures, in the same order. */
export function compare(rival: Scores, current: Scores): Comparison {
  const images = rival.right.length;
  let gained = 0;
  let lost = 0;
  for (let i = 0; i < images; i++) {
    if (rival.right[i] > current.right[i]) gained++;
    else if (rival.right[i] < current.right[i]) lost++;
  }
  const falls = Float64Array.from(rival.losses, (loss, i) => current.losses[i] - loss);
  const tempered = Float64Array.from(rival.tempered, (loss, i) => current.tempered[i] - loss);
  const lossGain = mean(falls);
  const half = Z95 * standardError(falls);
  const needed = Math.max(leastGain, leastShare * mean(current.tempered));
  const fall = mean(tempered);
  const byAnswers = fall > 0 ? signTail(gained, lost) : 1;
  const byLosses = fall >= needed && gained >= lost ? Math.max(wilcoxonAbove(tempered), studentised(tempered)) : 1;
  return {
    images, gained, lost, lossGain, lossGainCi95: [lossGain - half, lossGain + half], p: Math.min(1, 2 * Math.min(byAnswers, byLosses)),
    promising: gained > lost + 1 || (fall >= needed / 2 && gained >= lost),
  };
}

/** P(at least `gained` of the pictures on which the two differ), were each as likely: McNemar's exact test, one-sided. */
export function signTail(gained: number, lost: number): number {
  const n = gained + lost;
  if (gained <= lost) return 1;
  let sum = 0;
  for (let k = gained; k <= n; k++) sum += Math.exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) - n * Math.LN2);
  return Math.min(1, sum);
}

/** P(at least `hits` of `trials`) when each is a hit with probability `chance`. */
export function binomialTail(hits: number, trials: number, chance: number): number {
  if (hits <= 0) return 1;
  if (chance <= 0) return 0;
  if (chance >= 1) return 1;
  let sum = 0;
  for (let k = hits; k <= trials; k++) sum += Math.exp(logFactorial(trials) - logFactorial(k) - logFactorial(trials - k) + k * Math.log(chance) + (trials - k) * Math.log1p(-chance));
  return Math.min(1, sum);
}

/** The mean over its standard error as a normal tail; 1 with fewer than 20 values. */
function studentised(values: Float64Array): number {
  if (values.length < 20) return 1;
  const error = standardError(values);
  return error === 0 ? (mean(values) > 0 ? 0 : 1) : normalTail(mean(values) / error);
}
