/** What moves a run's top-1, all in points on one axis: the difference that is asked about, and everything it has to be larger than. */
import type { CalibrationDraws } from '../../../shared/calibration';
import type { NoiseAnswers, NoiseResult } from '../../../shared/noise';
import type { PairedResult, RunRecord } from '../../../shared/records';

export type MoverId = 'difference' | 'images' | 'draws' | 'recalibrated' | 'rounding';

/** Zero is this run; for the difference, no difference. */
export type Mover =
  | { readonly id: MoverId; readonly kind: 'interval'; readonly point: number; readonly low: number; readonly high: number }
  | { readonly id: MoverId; readonly kind: 'points'; readonly points: readonly number[] }
  | { readonly id: MoverId; readonly kind: 'unknown' };

export interface MoverSources {
  readonly run: Pick<RunRecord, 'top1' | 'top1Ci95'>;
  /** This run (a) against its baseline (b); null when there is none. */
  readonly paired: PairedResult | null;
  readonly draws: CalibrationDraws | null;
  readonly noise: NoiseAnswers | null;
}

/** FP32 runs have no baseline and no draws: those rows are left out. */
export function movers({ run, paired, draws, noise }: MoverSources, float: boolean): Mover[] {
  const { top1, top1Ci95 } = run;
  const others = (draws?.draws ?? []).filter((draw) => !draw.own && draw.state === 'done').flatMap((draw) => (draw.top1 === null || top1 === null ? [] : [draw.top1 - top1]));
  return [
    ...(float ? [] : [paired === null ? unknown('difference') : { id: 'difference' as const, kind: 'interval' as const, point: paired.difference, low: paired.ci95[0], high: paired.ci95[1] }]),
    top1 === null || top1Ci95 === null ? unknown('images') : { id: 'images', kind: 'interval', point: 0, low: top1Ci95[0] - top1, high: top1Ci95[1] - top1 },
    ...(float ? [] : [others.length === 0 ? unknown('draws') : { id: 'draws' as const, kind: 'points' as const, points: others }]),
    ...(float ? [] : [ofNoise('recalibrated', noise?.calibration ?? null)]),
    ofNoise('rounding', noise?.evaluation ?? null),
  ];
}

function ofNoise(id: MoverId, noise: NoiseResult | null): Mover {
  return noise === null || noise.repeats.length === 0 ? unknown(id) : { id, kind: 'points', points: noise.repeats.map(({ top1 }) => top1 - noise.runTop1) };
}

function unknown(id: MoverId): Mover {
  return { id, kind: 'unknown' };
}

/** Ends of what a row covers; null when nothing is known. */
export function reach(mover: Mover): readonly [number, number] | null {
  switch (mover.kind) {
    case 'interval': return [mover.low, mover.high];
    case 'points': return [Math.min(...mover.points), Math.max(...mover.points)];
    case 'unknown': return null;
  }
}

/**
 * What can be said of the difference: 'beyond' when its interval lies outside of everything that rounding did, in whichever scope it was
 * measured; 'within' when not; null when either is unknown.
 */
export function differenceAgainstRounding(rows: readonly Mover[]): 'beyond' | 'within' | null {
  const covered = (ids: readonly MoverId[]): (readonly [number, number])[] => rows.filter(({ id }) => ids.includes(id)).map(reach).filter((ends) => ends !== null);
  const [difference] = covered(['difference']);
  const rounding = covered(['rounding', 'recalibrated']);
  if (difference === undefined || rounding.length === 0) return null;
  // Zero belongs to what rounding can do: the run itself.
  const low = Math.min(0, ...rounding.map(([least]) => least));
  const high = Math.max(0, ...rounding.map(([, most]) => most));
  return difference[0] > high || difference[1] < low ? 'beyond' : 'within';
}
