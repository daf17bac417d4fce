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
  /** Of the view or of one with the same curve: another head of the block leaves the drawing as it is. */
  const curve = computed<AttentionView | null>((before) => {
    const next = view();
    return before !== undefined && sameCurve(before, next) ? before : next;
  });
  return computed(() => {
    const shown = curve.value;
    return shown === null ? {} : depthOption(shown.depthError, shown.block, selection.current.scheme ?? 'none', theme.value, {
      relativeL2: t('terms.relativeL2.name'),
      logits: t('attention.logits'),
      number: (value) => format.significant(value, 2),
    }, alone);
  });
}

function sameCurve(a: AttentionView | null, b: AttentionView | null): boolean {
  return a !== null && b !== null && a.runId === b.runId && a.image === b.image && a.block === b.block;
}
