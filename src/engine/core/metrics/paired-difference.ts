import { wilsonInterval } from './wilson-interval';

/** Two classifiers on the same images: how many both got right, only one of them, neither. */
export interface PairedCounts {
  readonly both: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly neither: number;
}

export interface PairedDifference {
  /** Accuracy of A minus accuracy of B, as a fraction. */
  readonly difference: number;
  /** 95 % interval. */
  readonly interval: [number, number];
}

/**
 * Difference of two accuracies measured on the same images, with Newcombe's square-and-add interval for paired data
 * (Newcombe 1998, Statistics in Medicine 17:2635, method 10): the Wilson intervals of the two accuracies joined with the
 * correlation of the pair, continuity-corrected when positive.
 *
 * @throws Error when there are no images
 */
export function pairedDifference({ both, onlyA, onlyB, neither }: PairedCounts): PairedDifference {
  const images = both + onlyA + onlyB + neither;
  const p1 = (both + onlyA) / images;
  const p2 = (both + onlyB) / images;
  const [low1, high1] = wilsonInterval(both + onlyA, images);
  const [low2, high2] = wilsonInterval(both + onlyB, images);
  const phi = correlation(both, onlyA, onlyB, neither);
  const distance = (a: number, b: number): number => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  const difference = (onlyA - onlyB) / images;
  return {
    difference,
    interval: [difference - distance(p1 - low1, high2 - p2), difference + distance(high1 - p1, p2 - low2)],
  };
}

function correlation(both: number, onlyA: number, onlyB: number, neither: number): number {
  const margins = (both + onlyA) * (onlyB + neither) * (both + onlyB) * (onlyA + neither);
  if (margins === 0) return 0;
  const product = both * neither - onlyA * onlyB;
  const corrected = product > 0 ? Math.max(0, product - (both + onlyA + onlyB + neither) / 2) : product;
  return corrected / Math.sqrt(margins);
}
