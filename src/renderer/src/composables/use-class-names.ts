/** Class label -> name from the data set of the board; a class that it has no folder for is shown by its number. */
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
