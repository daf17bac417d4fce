/** What the images page and its inspector look at: a long list of which pages arrive as they are needed, and what is known of the chosen image. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { toFailure, type Failure } from '../../../shared/failure';
import type { Blame, Divergence, FlipCounts, FlippedBy, FlipRow, FlipsFilter, FlipsSort } from '../../../shared/images';
import { useLatest } from '../composables/use-latest';
import { missingPages, noPages, pageSize, pagesOf, positionOf, rowAt, withPage, type FlipPages } from '../images/flip-pages';
import { useServices } from '../services';
import { RecentCache } from './recent-cache';


interface ListKey {
  readonly runId: string;
  readonly baselineId: string | null;
}

export const useImages = defineStore('images', () => {
  const { engine } = useServices();
  const filter = ref<FlipsFilter>('lost');
  const sort = ref<FlipsSort>('list');
  const counts = shallowRef<FlipCounts | null>(null);
  const list = shallowRef<FlipPages>(noPages);
  const listFailure = shallowRef<Failure | null>(null);
  const loading = ref(false);
  /** The chosen image, wherever it stands. */
  const found = shallowRef<FlipRow | null>(null);
  /** Place of the chosen image in the list; null when the filter leaves it out. */
  const position = ref<number | null>(null);
  /** Images that one head flipped: they stand in place of the list. */
  const flipped = shallowRef<FlippedBy | null>(null);
  let key: ListKey | null = null;
  let controller = new AbortController();
  const coming = new Set<number>();

  const divergences = new RecentCache<Divergence>(64);
  const blames = new RecentCache<Blame>(64);

  /** What the head flipped; null while no head was asked, or when it flipped none. */
  const restored = computed<readonly FlipRow[] | null>(() => {
    const rows = flipped.value?.images.filter((image) => image.restored).map(({ row }) => row) ?? [];
    return rows.length === 0 ? null : rows;
  });
  const shown = computed<FlipPages>(() => (restored.value === null ? list.value : pagesOf(restored.value)));

  /** Begins the list anew (another run, filter or order) with its first page and the page of the chosen image. */
  async function open(next: ListKey, image: number): Promise<void> {
    controller.abort();
    const mine = new AbortController();
    controller = mine;
    coming.clear();
    const other = key?.runId !== next.runId || key.baselineId !== next.baselineId;
    flipped.value = null;
    if (other) {
      list.value = noPages;
      counts.value = null;
      found.value = null;
      position.value = null;
    }
    key = next;
    loading.value = true;
    try {
      const answer = await engine.call('images.flips', { ...next, filter: filter.value, sort: sort.value, offset: 0, count: pageSize, find: image }, { signal: mine.signal });
      if (controller !== mine) return;
      counts.value = answer.counts;
      list.value = withPage({ total: answer.total, pages: new Map() }, 0, answer.rows);
      found.value = answer.found?.row ?? null;
      position.value = answer.found?.position ?? null;
      listFailure.value = null;
      if (position.value !== null) void ensure(position.value, position.value);
    } catch (error) {
      if (controller !== mine) return;
      listFailure.value = toFailure(error);
      list.value = noPages;
    }
    loading.value = false;
  }

  /** Asks for the pages of these positions that are not here and not on their way. */
  async function ensure(first: number, last: number): Promise<void> {
    if (restored.value !== null || key === null) return;
    const mine = controller;
    const asked = key;
    await Promise.all(missingPages(list.value, first, last).filter((page) => !coming.has(page)).map(async (page) => {
      coming.add(page);
      try {
        const { rows } = await engine.call('images.flips', { ...asked, filter: filter.value, sort: sort.value, offset: page * pageSize, count: pageSize, find: null }, { signal: mine.signal });
        if (controller === mine) list.value = withPage(list.value, page, rows);
      } catch (error) {
        const failure = toFailure(error);
        if (controller === mine && failure.kind !== 'stopped') listFailure.value = failure;
      } finally {
        if (controller === mine) coming.delete(page);
      }
    }));
  }

  /** The chosen image's row and place, from what is here or from the engine. */
  async function choose(image: number): Promise<void> {
    const place = positionOf(shown.value, image);
    const row = place === null ? null : rowAt(shown.value, place);
    position.value = place;
    if (row !== null) {
      found.value = row;
      return;
    }
    if (key === null || found.value?.index === image) return;
    const mine = controller;
    const { found: answer } = await engine.call('images.flips', { ...key, filter: filter.value, sort: sort.value, offset: 0, count: 1, find: image }, { signal: mine.signal });
    if (controller !== mine) return;
    found.value = answer?.row ?? null;
    position.value = restored.value === null ? answer?.position ?? null : null;
  }

  /** All rows of the list as it is filtered and sorted, for an export. */
  async function everyRow(): Promise<readonly FlipRow[]> {
    if (restored.value !== null) return restored.value;
    if (key === null) return [];
    const { rows } = await engine.call('images.flips', { ...key, filter: filter.value, sort: sort.value, offset: 0, count: 50_000, find: null });
    return rows;
  }

  const divergence = useLatest(async (signal, runId: string, image: number): Promise<Divergence> => {
    const kept = divergences.get(`${runId}/${image}`);
    const answer = kept ?? await engine.call('images.divergence', { runId, image }, { signal });
    divergences.set(`${runId}/${image}`, answer);
    return answer;
  });

  const blame = useLatest(async (signal, runId: string, image: number, heads: number): Promise<Blame> => {
    const kept = blames.get(`${runId}/${image}`);
    const answer = kept ?? await engine.call('images.blame', { runId, image, heads }, { signal });
    blames.set(`${runId}/${image}`, answer);
    return answer;
  });

  /** Whether an image's drift and tests are here already. */
  const isKnown = (runId: string, image: number): boolean => divergences.get(`${runId}/${image}`) !== undefined && blames.get(`${runId}/${image}`) !== undefined;

  /** A fuller answer than the one that stands. */
  function keepBlame(answer: Blame): void {
    blames.set(`${answer.runId}/${answer.image}`, answer);
    if (blame.value.value?.runId === answer.runId && blame.value.value.image === answer.image) void blame.run(answer.runId, answer.image, answer.heads.length);
  }

  /** The means over the sample are known now: what was computed without them is ranked anew. */
  function forgetDivergences(): void {
    divergences.clear();
  }

  function clearDetail(): void {
    divergence.clear();
    blame.clear();
  }

  function show(answer: FlippedBy | null): void {
    flipped.value = answer;
  }

  return {
    filter, sort, counts, list: shown, ofHead: computed(() => restored.value !== null), listFailure, loading, found, position, flipped, open, ensure, choose, everyRow, show,
    divergence: divergence.value, divergenceFailure: divergence.failure, divergenceBusy: divergence.busy, loadDivergence: divergence.run, forgetDivergences,
    blame: blame.value, blameFailure: blame.failure, blameBusy: blame.busy, loadBlame: blame.run, keepBlame, clearDetail, isKnown,
  };
});
