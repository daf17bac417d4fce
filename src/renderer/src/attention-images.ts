/** Stored predictions of a run beside those of FP32: which images were lost, gained, or changed from one wrong class to another. */
import type { Prediction } from '../../shared/records';

export const flips = ['same', 'lost', 'gained', 'changed'] as const;
export type Flip = (typeof flips)[number];
export type FlipFilter = 'all' | Exclude<Flip, 'same'>;

export interface ImageRow {
  readonly index: number;
  readonly file: string;
  readonly label: number;
  readonly top1: number;
  /** null: FP32 has not seen this image (its run is partial or missing). */
  readonly fp32Top1: number | null;
  readonly flip: Flip;
}

export function imageRows(predictions: readonly Prediction[], baseline: readonly Prediction[]): ImageRow[] {
  const byFile = new Map(baseline.map((prediction) => [prediction.file, prediction]));
  return predictions.map((prediction) => {
    const before = byFile.get(prediction.file) ?? null;
    return {
      index: prediction.index,
      file: prediction.file,
      label: prediction.label,
      top1: prediction.top5[0] ?? -1,
      fp32Top1: before?.top5[0] ?? null,
      flip: before === null ? 'same' : flipOf(prediction, before),
    };
  });
}

export function flipOf(prediction: Prediction, baseline: Prediction): Flip {
  if (prediction.correct !== baseline.correct) return prediction.correct ? 'gained' : 'lost';
  return prediction.correct || prediction.top5[0] === baseline.top5[0] ? 'same' : 'changed';
}

export function countFlips(rows: readonly ImageRow[]): Record<FlipFilter, number> {
  const counts = { all: rows.length, lost: 0, gained: 0, changed: 0 };
  for (const { flip } of rows) if (flip !== 'same') counts[flip]++;
  return counts;
}

export function filterRows(rows: readonly ImageRow[], filter: FlipFilter): readonly ImageRow[] {
  return filter === 'all' ? rows : rows.filter((row) => row.flip === filter);
}
