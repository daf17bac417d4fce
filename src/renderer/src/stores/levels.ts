/** What the levels page and its inspector look at: the measured levels of a run, and how they are shown. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { Failure } from '../../../shared/failure';
import type { Levels, LevelSource } from '../../../shared/levels';
import type { SchemeId } from '../../../shared/settings';
import type { Counted, Quantity, RowKind } from '../levels/occupancy';
import { useAnalyses } from './analyses';
import { RecentCache } from './recent-cache';

export interface LevelsQuestion {
  readonly runId: string;
  readonly images: number;
  readonly source: LevelSource;
}

/** Whose values the density is of. */
export type Scope = 'all' | 'layer' | 'head';

/** Enough for a figure that stands, few enough to wait for. */
export const firstImages = 16;

export const useLevels = defineStore('levels', () => {
  const analyses = useAnalyses();
  const images = ref(firstImages);
  const source = ref<LevelSource>('run');
  const scope = ref<Scope>('layer');
  const rows = ref<RowKind>('layers');
  const quantity = ref<Quantity>('elements');
  const counted = ref<Counted>('sample');
  /** The scheme of the map, and the code that is looked at; null: the run's own, and none. */
  const scheme = ref<SchemeId | null>(null);
  const code = ref<number | null>(null);
  /** The value that is read off the ladders; null: that of an even row, 1 / tokens. */
  const value = ref<number | null>(null);

  const levels = shallowRef<Levels | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const state = ref<'idle' | 'busy' | 'stopped'>('idle');
  const progress = shallowRef<{ readonly done: number; readonly total: number } | null>(null);
  const kept = new RecentCache<Levels>(8);
  let running: { readonly key: string; readonly number: number } | null = null;
  let wanted = '';

  /** The newest question wins: an older one that is still being measured is stopped. `title` is its name in the status bar. */
  async function load(question: LevelsQuestion, title: string): Promise<void> {
    const key = `${question.runId}/${question.images}/${question.source}`;
    wanted = key;
    if (running !== null && running.key !== key) analyses.cancel(running.number);
    const known = kept.get(key);
    if (known !== undefined) {
      show(known);
      return;
    }
    if (running?.key === key) return;
    failure.value = null;
    progress.value = null;
    state.value = 'busy';
    if (levels.value?.runId !== question.runId) levels.value = null;
    const asking = analyses.start('levels.get', question, { title, onEvent: ({ done, total }) => { if (wanted === key) progress.value = { done, total }; } });
    const number = analyses.analyses[0]?.number ?? 0;
    running = { key, number };
    const answer = await asking;
    if (running.key === key) running = null;
    if (answer !== null) kept.set(key, answer);
    if (wanted !== key) return;
    if (answer !== null) show(answer);
    else {
      failure.value = analyses.analyses.find((analysis) => analysis.number === number)?.failure ?? null;
      state.value = failure.value === null ? 'stopped' : 'idle';
    }
  }

  function show(answer: Levels): void {
    levels.value = answer;
    failure.value = null;
    state.value = 'idle';
  }

  /** Answers about runs that go on, or that got new siblings, are asked for again. */
  function outdate(): void {
    kept.clear();
  }

  function forget(): void {
    wanted = '';
    if (running !== null) analyses.cancel(running.number);
    levels.value = null;
    failure.value = null;
    state.value = 'idle';
  }

  return { images, source, scope, rows, quantity, counted, scheme, code, value, levels, failure, state, progress, load, outdate, forget };
});
