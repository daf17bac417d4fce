/** One run's results in columns, by position in its list: what statistics read, and what a commit adds to. */
import type { Outcomes, PredictionRow } from './store-types';

export interface Tally {
  readonly images: number;
  readonly top1Correct: number;
  readonly top5Correct: number;
  readonly meanLoss: number | null;
}

/** Losses are summed as integers of this unit, so that the mean does not depend on the order of batches. */
export const lossUnit = 1e-9;

export class OutcomeTable {
  private present = new Uint8Array(0);
  private top1Correct = new Uint8Array(0);
  private top5Correct = new Uint8Array(0);
  private predicted = new Int32Array(0);
  private loss = new Float64Array(0);
  private images = 0;
  private top1 = 0;
  private top5 = 0;
  private lossUnits = 0;
  private packed: Outcomes | null = null;

  /** Adds images; one that is there already stays as it is. */
  add(rows: readonly Pick<PredictionRow, 'index' | 'label' | 'top5' | 'loss'>[]): void {
    for (const { index, label, top5, loss } of rows) this.addOne(index, top5[0] === label ? 1 : 0, top5.includes(label) ? 1 : 0, top5[0] ?? -1, loss);
  }

  addOne(index: number, top1: number, top5: number, predicted: number, loss: number): void {
    if (index >= this.present.length) this.grow(index + 1);
    if (this.present[index] === 1) return;
    this.present[index] = 1;
    this.top1Correct[index] = top1;
    this.top5Correct[index] = top5;
    this.predicted[index] = predicted;
    this.loss[index] = loss;
    this.images += 1;
    this.top1 += top1;
    this.top5 += top5;
    this.lossUnits += Math.round(loss / lossUnit);
    this.packed = null;
  }

  tally(): Tally {
    // Below 2^53 units (nine million nats) the sum is exact; an infinite loss has no mean.
    const mean = (this.lossUnits / this.images) * lossUnit;
    return { images: this.images, top1Correct: this.top1, top5Correct: this.top5, meanLoss: this.images > 0 && Number.isFinite(mean) ? mean : null };
  }

  /** Sorted by index. The arrays are shared until the next `add`: not to be written. */
  columns(): Outcomes {
    if (this.packed !== null) return this.packed;
    const index = new Int32Array(this.images);
    let at = 0;
    this.present.forEach((there, position) => {
      if (there === 1) index[at++] = position;
    });
    this.packed = {
      index,
      top1Correct: take(this.top1Correct, index, new Uint8Array(index.length)),
      top5Correct: take(this.top5Correct, index, new Uint8Array(index.length)),
      predicted: take(this.predicted, index, new Int32Array(index.length)),
      loss: take(this.loss, index, new Float64Array(index.length)),
    };
    return this.packed;
  }

  private grow(least: number): void {
    const capacity = Math.max(least, 256, this.present.length * 2);
    const grown = <T extends Uint8Array | Int32Array | Float64Array>(target: T, source: T): T => {
      target.set(source);
      return target;
    };
    this.present = grown(new Uint8Array(capacity), this.present);
    this.top1Correct = grown(new Uint8Array(capacity), this.top1Correct);
    this.top5Correct = grown(new Uint8Array(capacity), this.top5Correct);
    this.predicted = grown(new Int32Array(capacity), this.predicted);
    this.loss = grown(new Float64Array(capacity), this.loss);
  }
}

function take<T extends Uint8Array | Int32Array | Float64Array>(source: T, index: Int32Array, target: T): T {
  for (let i = 0; i < index.length; i++) target[i] = source[index[i] ?? 0] ?? 0;
  return target;
}
