import { useI18n } from 'vue-i18n';
import type { RunWords } from '../run-names';
import { useArithmeticName } from './use-arithmetic-name';
import { useFormat } from './use-format';

/** Words for what tells two runs apart. */
export function useRunWords(): RunWords {
  const { t } = useI18n();
  const format = useFormat();
  return {
    arithmetic: useArithmeticName(),
    seed: (seed) => t('context.seed', { seed }),
    images: (limit) => (limit === null ? t('runs.allImages') : t('runs.images', { count: format.count(limit) }, limit)),
    overrides: (count) => t('runs.overrides', { count: format.count(count) }, count),
    calibration: (images, chosen) => (chosen ? t('context.chosenDraw') : t('runs.calibration', { images: format.count(images) })),
    batch: (images) => t('runs.batch', { images: format.count(images) }),
    chosenImages: () => t('runs.chosenImages'),
  };
}
