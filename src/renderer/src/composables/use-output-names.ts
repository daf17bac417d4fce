/** Output -> name for the selected run: its predictions and labels count outputs of the model, which need not be the data set's own numbers. */
import { computed, watch } from 'vue';
import { useOutputNameStore } from '../stores/output-names';
import { useWorkspace } from '../stores/workspace';
import { useSelectedRun } from './use-selected-run';

/** A class without a name is shown by its number. */
export function useOutputNames(): (output: number) => string {
  const workspace = useWorkspace();
  const store = useOutputNameStore();
  const { run } = useSelectedRun();
  watch(() => run.value?.id ?? null, (id) => { if (id !== null) void store.want(id); }, { immediate: true });
  // Until the answer is here: where nothing is mapped, a data set's label is the number of its output.
  const listed = computed(() => {
    const dataset = run.value === null || run.value.settings.labelMap !== undefined ? undefined : workspace.summary?.datasets.find(({ id }) => id === run.value?.datasetId);
    return new Map((dataset?.classes ?? []).map(({ label, name }) => [label, name]));
  });
  const names = computed(() => (run.value === null ? undefined : store.known.get(run.value.id)));
  return (output) => (names.value === undefined ? listed.value.get(output) : names.value[output]) ?? String(output);
}
