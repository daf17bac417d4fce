/** What the run is held against, in one word: FP32 as a rule, else that it is the baseline (its name stands in the context bar). */
import type { ComputedRef } from 'vue';
import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { useSelectedRun } from './use-selected-run';

export function useBaselineName(): ComputedRef<string> {
  const { t } = useI18n();
  const { baseline } = useSelectedRun();
  return computed(() => (baseline.value === null || baseline.value.settings.arithmetic === 'fp32' ? t('images.fp32') : t('images.baseline')));
}
