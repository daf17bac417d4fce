/** Agreement of two networks' logits. Pure. */
import type { Agreement } from '../../../shared/parity';

export interface LogitBounds {
  readonly relativeL2: number;
  readonly meanCosine: number;
  readonly top1Share?: number;
}

/** Rows are images. Relative L2 is over all images at once, the cosine per image. */
export function compareLogits(expected: readonly (readonly number[])[], actual: readonly (readonly number[])[], bounds: LogitBounds): Agreement {
  let difference = 0;
  let size = 0;
  let cosines = 0;
  let same = 0;
  for (const [image, row] of expected.entries()) {
    const other = actual[image];
    let dot = 0;
    let a = 0;
    let b = 0;
    for (const [index, value] of row.entries()) {
      difference += (value - other[index]) ** 2;
      dot += value * other[index];
      a += value * value;
      b += other[index] * other[index];
    }
    size += a;
    cosines += dot / Math.sqrt(a * b);
    if (argmax(row) === argmax(other)) same++;
  }
  const images = expected.length;
  const relativeL2 = Math.sqrt(difference / size);
  const meanCosine = cosines / images;
  const ok = relativeL2 <= bounds.relativeL2 && meanCosine >= bounds.meanCosine && same / images >= (bounds.top1Share ?? 0);
  return { relative_l2: relativeL2, mean_cosine: meanCosine, top1_same: same, images, ok };
}

/** Largest absolute difference. */
export function maxAbs(expected: readonly (readonly number[])[], actual: readonly (readonly number[])[]): number {
  let most = 0;
  for (const [image, row] of expected.entries()) for (const [index, value] of row.entries()) most = Math.max(most, Math.abs(value - actual[image][index]));
  return most;
}

function argmax(row: readonly number[]): number {
  return row.reduce((best, value, index) => (value > row[best] ? index : best), 0);
}
