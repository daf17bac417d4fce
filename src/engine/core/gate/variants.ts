/** What else the preprocessing could be: one change at a time, of those that people get wrong. */
import type { GateAxis } from '../../../shared/gate';
import { normalisationOf, normalisationValues, normalisations } from '../../../shared/gate';
import type { Preprocess } from '../../../shared/settings';

export type PreprocessAxis = Exclude<GateAxis, 'now' | 'labels'>;

export interface Variant {
  readonly axis: PreprocessAxis;
  readonly preprocess: Preprocess;
}

/** Neighbours (0.95 beside 0.9 and 1) cannot be told apart on 200 pictures. */
const crops = [0.875, 0.9, 1] as const;
const usualInterpolations = ['bicubic', 'bilinear'] as const;

/** All but those on `settled` axes. */
export function variantsOf(now: Preprocess, settled: ReadonlySet<PreprocessAxis>): Variant[] {
  const { channels: _order, ...red } = now;
  const { resize: _squash, ...whole } = now;
  const own = normalisationOf(now);
  const variants: Variant[] = [
    { axis: 'channels', preprocess: now.channels === 'bgr' ? red : { ...now, channels: 'bgr' } },
    ...normalisations.flatMap((name): Variant[] => {
      if (name === 'own' || name === own) return [];
      const { mean, std } = normalisationValues[name];
      return [{ axis: 'normalisation', preprocess: { ...now, mean: [...mean], std: [...std] } }];
    }),
    ...crops.filter((cropPct) => now.resize === 'squash' || cropPct !== now.cropPct).map((cropPct): Variant => ({ axis: 'crop', preprocess: { ...whole, cropPct } })),
    ...(now.resize === 'squash' && now.cropPct === 1 ? [] : [{ axis: 'crop' as const, preprocess: { ...now, resize: 'squash' as const, cropPct: 1 } }]),
    ...usualInterpolations.filter((name) => name !== now.interpolation).map((interpolation): Variant => ({ axis: 'interpolation', preprocess: { ...now, interpolation } })),
  ];
  return variants.filter(({ axis }) => !settled.has(axis));
}
