import { storeToRefs } from 'pinia';
import type { ComputedRef } from 'vue';
import { computed } from 'vue';
import type { ChartTheme } from '../../../charts/chart-theme';
import { darkTheme, lightTheme } from '../../../charts/chart-theme';
import { usePreferences } from '../stores/preferences';

/** Chart colours of the theme that the window shows. */
export function useChartTheme(): ComputedRef<ChartTheme> {
  const { dark } = storeToRefs(usePreferences());
  return computed(() => (dark.value ? darkTheme : lightTheme));
}
