/** The one selection that all pages share, with back and forward. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { SchemeId } from '../../../shared/settings';
import type { Query } from '../raster/token-geometry';

/** In the order of the tabs and of Ctrl+1 to Ctrl+6. */
export const pages = ['board', 'layers', 'attention', 'levels', 'images', 'calibration'] as const;
export type Page = (typeof pages)[number];

export interface Selection {
  readonly page: Page;
  readonly modelId: string | null;
  readonly scheme: SchemeId | null;
  readonly arithmetic: string;
  /** A run that is not the one of the board's cell (overrides, another seed, other bits); null: the cell's. */
  readonly runId: string | null;
  /** What the run is held against; null: the model's FP32. */
  readonly baselineId: string | null;
  /** A quantised site by name (`blocks.3.attn.qkv`); null until one is chosen. */
  readonly site: string | null;
  /** Position in the run's list of images. */
  readonly image: number;
  readonly block: number;
  readonly head: number;
  /** What the attention page looks from, once locked by a click. */
  readonly query: Query;
}

export const firstSelection: Selection = {
  page: 'board',
  modelId: null,
  scheme: null,
  arithmetic: 'reference',
  runId: null,
  baselineId: null,
  site: null,
  image: 0,
  block: 0,
  head: 0,
  query: { kind: 'mean' },
};

/** Steps that only fine-tune (arrow keys through heads, moving the query) are one entry of the history, not fifty. */
const fineKeys: readonly (keyof Selection)[] = ['image', 'block', 'head', 'query', 'site'];
const historyLength = 100;

/** Another model has other runs and sites; another cell ends the choice of a single run. */
function forgotten(patch: Partial<Selection>, from: Selection): Partial<Selection> {
  const moved = (['modelId', 'scheme', 'arithmetic'] as const).filter((key) => patch[key] !== undefined && patch[key] !== from[key]);
  return { ...(moved.length > 0 ? { runId: null } : {}), ...(moved.includes('modelId') ? { baselineId: null, site: null } : {}) };
}

export const useSelection = defineStore('selection', () => {
  const current = shallowRef<Selection>(firstSelection);
  const past = shallowRef<readonly Selection[]>([]);
  const future = shallowRef<readonly Selection[]>([]);
  let lastWasFine = false;

  function go(patch: Partial<Selection>): void {
    const next = { ...current.value, ...forgotten(patch, current.value), ...patch };
    const changed = (Object.keys(next) as (keyof Selection)[]).filter((key) => next[key] !== current.value[key]);
    if (changed.length === 0) return;
    const fine = changed.every((key) => fineKeys.includes(key));
    if (!(fine && lastWasFine)) past.value = [...past.value, current.value].slice(-historyLength);
    lastWasFine = fine;
    future.value = [];
    current.value = next;
  }

  /** Fills in what nobody chose yet (first model, first scheme): not a step of the user's, so not in the history. */
  function settle(patch: Partial<Selection>): void {
    current.value = { ...current.value, ...patch };
  }

  function back(): void {
    const previous = past.value.at(-1);
    if (previous === undefined) return;
    past.value = past.value.slice(0, -1);
    future.value = [current.value, ...future.value];
    current.value = previous;
    lastWasFine = false;
  }

  function forward(): void {
    const [next, ...rest] = future.value;
    if (next === undefined) return;
    past.value = [...past.value, current.value];
    future.value = rest;
    current.value = next;
    lastWasFine = false;
  }

  return { current, go, settle, back, forward, canBack: computed(() => past.value.length > 0), canForward: computed(() => future.value.length > 0) };
});
