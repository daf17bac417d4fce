/** How far a cell's figure moves by what nobody chose: the draw of the calibration pictures, and rounding. */
import { bestNoise, noiseSpread, type StoredNoise } from '../../../shared/noise';
import type { BoardCell } from '../../../shared/records';
import type { StoredRun } from '../store/store-types';
import { drawKey } from './draw-key';

/** Over finished runs of the row that differ by their seed alone; of one seed the newest counts. Null when only one seed was run. */
export function seedSpread(runs: readonly StoredRun[], run: StoredRun): BoardCell['seeds'] {
  if (run.settings.arithmetic === 'fp32' || run.settings.calibrationList !== null) return null;
  const key = drawKey(run);
  const bySeed = new Map<number, number>();
  for (const other of runs) {
    // Keys are long: most runs of a row are told apart by their scheme already.
    if (other.settings.scheme !== run.settings.scheme || other.settings.arithmetic !== run.settings.arithmetic) continue;
    if (other.state !== 'done' || other.images === 0 || other.settings.calibrationList !== null || drawKey(other) !== key) continue;
    bySeed.set(other.settings.seed, (100 * other.top1Correct) / other.images);
  }
  const values = [...bySeed.values()];
  if (values.length < 2) return null;
  return { count: values.length, min: Math.min(...values), max: Math.max(...values), mean: values.reduce((sum, value) => sum + value, 0) / values.length };
}

/** Of the run's stored answers that on the most images; the parameters are the run's in all of them. */
export function noiseOfCell(answers: readonly StoredNoise[]): BoardCell['noise'] {
  const best = bestNoise(answers.filter(({ scope }) => scope === 'evaluation'));
  const spread = best === null ? null : noiseSpread(best.repeats);
  return best === null || spread === null ? null : { repeats: best.repeats.length, images: best.images, spread: spread.max - spread.min };
}
