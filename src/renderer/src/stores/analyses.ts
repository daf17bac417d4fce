/** Long questions to the engine that are no runs (errors of all sites, sensitivity, noise): with progress and a way to stop, several at a time. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { EngineMethod, EventOf, ParamsOf, ResultOf } from '../../../shared/engine-contract';
import { toFailure, type Failure } from '../../../shared/failure';
import { useServices } from '../services';
import { usePreferences } from './preferences';

export interface Analysis {
  readonly number: number;
  readonly title: string;
  readonly state: 'running' | 'stopping' | 'done' | 'stopped' | 'failed';
  readonly done: number;
  readonly total: number;
  readonly failure: Failure | null;
}

export interface AnalysisOptions<M extends EngineMethod> {
  /** What the status bar and the jobs drawer call it. */
  readonly title: string;
  readonly onEvent?: (event: EventOf<M>) => void;
}

const kept = 20;

export const useAnalyses = defineStore('analyses', () => {
  const { engine } = useServices();
  const preferences = usePreferences();
  /** Newest first. */
  const analyses = shallowRef<readonly Analysis[]>([]);
  const controllers = new Map<number, AbortController>();
  let last = 0;

  function update(number: number, patch: Partial<Analysis>): void {
    analyses.value = analyses.value.map((analysis) => (analysis.number === number ? { ...analysis, ...patch } : analysis));
  }

  /** Asks, and answers null when it was stopped before the engine had anything, or failed (the failure is kept in the list). */
  async function start<M extends EngineMethod>(method: M, params: ParamsOf<M>, { title, onEvent }: AnalysisOptions<M>): Promise<ResultOf<M> | null> {
    const number = ++last;
    const controller = new AbortController();
    controllers.set(number, controller);
    analyses.value = [{ number, title, state: 'running' as const, done: 0, total: 0, failure: null }, ...analyses.value].slice(0, kept);
    try {
      const result = await engine.call(method, params, {
        signal: controller.signal,
        onEvent: (event) => {
          const progress = progressIn(event);
          if (progress !== null) update(number, progress);
          onEvent?.(event);
        },
      });
      update(number, { state: controller.signal.aborted ? 'stopped' : 'done' });
      return result;
    } catch (error) {
      const failure = toFailure(error);
      update(number, failure.kind === 'stopped' ? { state: 'stopped' } : { state: 'failed', failure });
      // A failure is read where all of it stands, not in one line of the status bar.
      if (failure.kind !== 'stopped') preferences.drawerOpen = true;
      return null;
    } finally {
      controllers.delete(number);
    }
  }

  function cancel(number: number): void {
    update(number, { state: 'stopping' });
    controllers.get(number)?.abort();
  }

  return { analyses, running: computed(() => analyses.value.filter(({ state }) => state === 'running' || state === 'stopping')), start, cancel };
});

/** How far an event says the work is; null when it says something else. */
function progressIn(event: unknown): { done: number; total: number } | null {
  if (typeof event !== 'object' || event === null || !('kind' in event) || event.kind !== 'progress') return null;
  if (!('done' in event) || !('total' in event) || typeof event.done !== 'number' || typeof event.total !== 'number') return null;
  return { done: event.done, total: event.total };
}
