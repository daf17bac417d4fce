/** The seven models of the published table: which are there, and those that are being fetched. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { toFailure, type Failure } from '../../../shared/failure';
import type { KnownModelEntry, KnownModels } from '../../../shared/known-models';
import { useServices } from '../services';
import { useAnalyses } from './analyses';
import { useCommands } from './commands';

export interface Fetching {
  readonly done: number;
  readonly total: number;
}

export const useKnownModels = defineStore('known-models', () => {
  const { engine } = useServices();
  const analyses = useAnalyses();
  const commands = useCommands();
  const dialog = ref(false);
  const known = shallowRef<KnownModels | null>(null);
  const failure = shallowRef<Failure | null>(null);
  /** By name. */
  const fetching = shallowRef<ReadonlyMap<string, Fetching>>(new Map());

  async function refresh(): Promise<void> {
    try {
      known.value = await engine.call('models.known', { hashes: false });
      failure.value = null;
    } catch (error) {
      failure.value = toFailure(error);
    }
  }

  function progress(name: string, next: Fetching | null): void {
    const map = new Map(fetching.value);
    if (next === null) map.delete(name);
    else map.set(name, next);
    fetching.value = map;
  }

  /** Fetches what the person was shown and said yes to, and takes it into the workspace. */
  async function get({ facts, target }: KnownModelEntry, title: string): Promise<void> {
    progress(facts.name, { done: 0, total: facts.bytes });
    const got = await analyses.start('models.get', { name: facts.name, agreed: { url: facts.url, target } }, { title, onEvent: ({ done, total }) => progress(facts.name, { done, total }) });
    progress(facts.name, null);
    await refresh();
    if (got !== null) await commands.takeAll([got.file]);
  }

  return { dialog, known, failure, fetching, refresh, get };
});
