/** Runs that were chosen on the board to be held against each other, in the order in which they were chosen. */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';

/** So many cells are a question that no table answers. */
export const mostCompared = 42;

export const useComparison = defineStore('comparison', () => {
  const runIds = ref<readonly string[]>([]);

  /** Puts a run in, or takes it out. `anchor`: the run that was looked at when the first one is added, and so belongs to it. */
  function toggle(runId: string, anchor: string | null): void {
    const started = runIds.value.length > 0 || anchor === null || anchor === runId ? runIds.value : [anchor];
    set(started.includes(runId) ? started.filter((id) => id !== runId) : [...started, runId]);
  }

  function set(ids: readonly string[]): void {
    runIds.value = [...new Set(ids)].slice(0, mostCompared);
  }

  function clear(): void {
    runIds.value = [];
  }

  return { runIds, active: computed(() => runIds.value.length > 1), toggle, set, clear };
});
