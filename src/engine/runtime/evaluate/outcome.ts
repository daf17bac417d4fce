/** Logits of one image to what is stored of it. */
import { at } from '../../../shared/at';
import { crossEntropy } from '../../core/metrics/cross-entropy';
import { topK } from '../../core/metrics/top-k';
import type { PredictionRow } from '../store/store-types';

/** logits: [classes] of one image. Margin is the best logit minus the second best; with one class it is 0. */
export function imageOutcome(index: number, label: number, logits: Float32Array, mapDigest: number): PredictionRow {
  const top5 = topK(logits, Math.min(5, logits.length));
  const margin = logits.length > 1 ? at(logits, at(top5, 0)) - at(logits, at(top5, 1)) : 0;
  return { index, label, top5: [...top5], margin, loss: crossEntropy(logits, label), mapDigest };
}
