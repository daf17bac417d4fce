/** Requests of which only the newest counts: a new one aborts the older, and a late answer never overwrites a newer one. */
import type { ShallowRef } from 'vue';
import { onScopeDispose, ref, shallowRef } from 'vue';
import type { Ref } from 'vue';
import type { Failure } from '../../../shared/failure';
import { toFailure } from '../../../shared/failure';
import { onEngineReturn } from './engine-return';

export interface Latest<A extends readonly unknown[], T> {
  /** The newest answer; the one before stays visible while the next is on its way. */
  readonly value: ShallowRef<T | null>;
  readonly failure: ShallowRef<Failure | null>;
  readonly busy: Ref<boolean>;
  run(...args: A): Promise<void>;
  clear(): void;
}

export function useLatest<A extends readonly unknown[], T>(request: (signal: AbortSignal, ...args: A) => Promise<T>): Latest<A, T> {
  const value = shallowRef<T | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const busy = ref(false);
  let controller: AbortController | null = null;
  let last: A | null = null;

  async function run(...args: A): Promise<void> {
    controller?.abort();
    const mine = new AbortController();
    controller = mine;
    last = args;
    busy.value = true;
    try {
      const answer = await request(mine.signal, ...args);
      if (controller !== mine) return;
      value.value = answer;
      failure.value = null;
    } catch (error) {
      if (controller !== mine) return;
      value.value = null;
      failure.value = toFailure(error);
    }
    busy.value = false;
  }

  function clear(): void {
    controller?.abort();
    controller = null;
    last = null;
    value.value = null;
    failure.value = null;
    busy.value = false;
  }

  // What failed while the engine was away is asked once more when it is back.
  onEngineReturn(() => {
    if (last !== null && failure.value !== null) void run(...last);
  });
  onScopeDispose(() => controller?.abort());
  return { value, failure, busy, run, clear };
}
