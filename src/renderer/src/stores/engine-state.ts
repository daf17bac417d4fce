/** How the engine's process is, as the shell tells it: the words for a loss that the person sees. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

export interface EngineState {
  readonly state: 'starting' | 'ready' | 'restarting' | 'failed';
  /** The system's reason for the last loss. */
  readonly detail: string | null;
}

export const useEngineState = defineStore('engine-state', () => {
  const engine = shallowRef<EngineState>({ state: 'starting', detail: null });
  return { engine };
});
