/** Label of a data set -> name, for the board's one; a class that it has no folder for is shown by its number. Predictions of runs count outputs: useOutputNames. */
import { computed } from 'vue';
import { useWorkspace } from '../stores/workspace';

export function useClassNames(): (label: number) => string {
  const workspace = useWorkspace();
  const names = computed(() => {
    const dataset = workspace.summary?.datasets.find((other) => other.id === workspace.datasetId);
    return new Map((dataset?.classes ?? []).map((entry) => [entry.label, entry.name]));
  });
  return (label) => names.value.get(label) ?? String(label);
}
