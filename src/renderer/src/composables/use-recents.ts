import type { ComputedRef } from 'vue';
import { computed } from 'vue';
import type { Recent } from '../../../shared/window-contract';
import { usePreferences } from '../stores/preferences';
import { useWorkspace } from '../stores/workspace';

const shown = 6;

/** What was opened before and is not open now, newest first. */
export function useRecents(): ComputedRef<readonly Recent[]> {
  const workspace = useWorkspace();
  const preferences = usePreferences();
  return computed(() => {
    const { summary } = workspace;
    const open = new Set([summary?.file, ...(summary?.models ?? []).map((model) => model.file), ...(summary?.datasets ?? []).map((dataset) => dataset.root)]);
    return preferences.recents.filter((recent) => !open.has(recent.path)).slice(0, shown);
  });
}
