/** What the outputs of runs' models are called, asked for once per run. */
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import { useServices } from '../services';

export type OutputNames = readonly (string | null)[];

export const useOutputNameStore = defineStore('output-names', () => {
  const { engine } = useServices();
  const known = shallowReactive(new Map<string, OutputNames>());
  const coming = new Set<string>();

  async function want(runId: string): Promise<void> {
    if (known.has(runId) || coming.has(runId)) return;
    coming.add(runId);
    try {
      known.set(runId, (await engine.call('run.classNames', { runId })).names);
    } catch {
      // Numbers stand in for names; whoever looks at the run again asks again.
    } finally {
      coming.delete(runId);
    }
  }

  return { known, want };
});
