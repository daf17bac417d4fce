/** The curve of error along the network, in the theme and language of the page. */
import type { EChartsOption } from 'echarts';
import { computed, type ComputedRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { depthOption } from '../../../charts/depth-option';
import type { AttentionView } from '../../../shared/attention';
import { useSelection } from '../stores/selection';
import { useChartTheme } from './use-chart-theme';
import { useFormat } from './use-format';

export function useDepthOption(view: () => AttentionView | null, alone = false): ComputedRef<EChartsOption> {
  const { t } = useI18n();
  const format = useFormat();
  const theme = useChartTheme();
  const selection = useSelection();
  return computed(() => {
    const shown = view();
    return shown === null ? {} : depthOption(shown.depthError, shown.block, selection.current.scheme ?? 'none', theme.value, {
      relativeL2: t('terms.relativeL2.name'),
      logits: t('attention.logits'),
      number: (value) => format.significant(value, 2),
    }, alone);
  });
}
