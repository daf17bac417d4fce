/** How pictures and labels reach a network, in the window's language. */
import { useI18n } from 'vue-i18n';
import type { LabelMapId } from '../../../shared/label-map';
import type { Preprocess } from '../../../shared/settings';

export interface SetupWords {
  /** `geometry`: in pixels, where the network's input is known; as a share otherwise. */
  preprocess(preprocess: Preprocess, geometry?: string): string;
  labelMap(id: LabelMapId): string;
}

export function useSetupWords(): SetupWords {
  const { t } = useI18n();
  const three = (values: readonly number[]): string => values.map((value) => String(Number(value.toPrecision(3)))).join(' ');
  const share = ({ cropPct, resize }: Preprocess): string => t(`models.preprocess.${resize === 'squash' ? 'squashShare' : 'shortShare'}`, { share: String(Number(cropPct.toPrecision(3))) });
  return {
    preprocess: (preprocess, geometry = share(preprocess)) => {
      const { interpolation, mean, std, channels } = preprocess;
      return `${t('models.preprocess.line', { geometry, interpolation: t(`models.preprocess.interpolations.${interpolation}`), mean: three(mean), std: three(std) })}${channels === 'bgr' ? `, ${t('models.preprocess.bgr')}` : ''}`;
    },
    labelMap: (id) => t('gate.mappedAs', { id, map: t(`gate.labelMaps.${id}`) }),
  };
}
