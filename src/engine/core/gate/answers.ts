/** What a network said of pictures, in the form that hypotheses about labels are held against: without another pass. */
import { logSumExp } from '../metrics/log-sum-exp';
import { wilsonInterval, Z95 } from '../metrics/wilson-interval';
import type { LabelMap } from './label-maps';

/**
 * Logits are divided by these before losses are compared, each set-up by its best one: else whatever makes a network less sure looks better
 * wherever labels are wrong.
 */
const temperatures = [0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8, 16, 64] as const;
const plain = temperatures.indexOf(1);

export interface Answer {
  readonly logits: Float32Array;
  /** Output with the largest logit. */
  readonly best: number;
  /** Probability that the network gives it. */
  readonly confidence: number;
  /** log sum exp(logits / T) for each of `temperatures`. */
  readonly sums: readonly number[];
}

/** By position in the gate's list of pictures; a picture that cannot be read has none. */
export type Answers = ReadonlyMap<number, Answer>;

export function answer(logits: Float32Array): Answer {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  const sums = temperatures.map((temperature) => logSumExp(logits, temperature));
  return { logits, best, confidence: Math.exp(logits[best] - sums[plain]), sums };
}

/** What a network said of some pictures, under one map of labels. */
export interface Scores {
  readonly right: Uint8Array;
  /** -log p(label), in nats. */
  readonly losses: Float64Array;
  /** The same at the temperature with the least mean. */
  readonly tempered: Float64Array;
}

/** A label that the map has no output for is never right, and as unlikely as the least likely output. */
export function score(answers: readonly Answer[], labels: readonly number[], map: LabelMap): Scores {
  const outputs = labels.map((label) => map.outputs[label] ?? -1);
  const lossesAt = (place: number): Float64Array => Float64Array.from(answers, ({ logits, sums }, i) => {
    const logit = outputs[i] >= 0 ? logits[outputs[i]] : least(logits);
    return sums[place] - logit / temperatures[place];
  });
  const losses = lossesAt(plain);
  let tempered = losses;
  for (const place of temperatures.keys()) {
    const at = place === plain ? losses : lossesAt(place);
    if (mean(at) < mean(tempered)) tempered = at;
  }
  return { right: Uint8Array.from(answers, ({ best }, i) => (best === outputs[i] ? 1 : 0)), losses, tempered };
}

export interface Summary {
  readonly images: number;
  readonly top1: number;
  readonly top1Ci95: [number, number];
  readonly loss: number;
  readonly lossCi95: [number, number];
}

/** Accuracies in percent. No pictures: zeros. */
export function summarise({ right, losses }: Scores): Summary {
  const images = right.length;
  if (images === 0) return { images, top1: 0, top1Ci95: [0, 100], loss: 0, lossCi95: [0, 0] };
  const hits = countOf(right);
  const [low, high] = wilsonInterval(hits, images);
  const loss = mean(losses);
  const half = Z95 * standardError(losses);
  return { images, top1: (100 * hits) / images, top1Ci95: [100 * low, 100 * high], loss, lossCi95: [loss - half, loss + half] };
}

export function countOf(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0);
}

export function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the mean; 0 for fewer than two values. */
export function standardError(values: Float64Array): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

function least(logits: Float32Array): number {
  let found = Infinity;
  for (let i = 0; i < logits.length; i++) found = Math.min(found, logits[i]);
  return found;
}
