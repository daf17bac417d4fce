/** What the attention page and its inspector look at: one view, its picture, the run's predictions, and damage of blocks seen so far. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { AttentionHeads, AttentionRollout, AttentionView, HeadDamage, PictureRecord, RolloutQuery } from '../../../shared/attention';
import { toFailure } from '../../../shared/failure';
import type { Prediction } from '../../../shared/records';
import type { FlipFilter, ImageRow } from '../attention-images';
import { imageRows } from '../attention-images';
import { useLatest } from '../composables/use-latest';
import type { MapMode } from '../raster/attention-fields';
import type { MapScale } from '../raster/map-scale';
import { useServices } from '../services';
import { RecentCache } from './recent-cache';

export interface ViewKey {
  readonly runId: string;
  readonly image: number;
  readonly block: number;
  readonly head: number;
}

const keyText = (key: ViewKey): string => `${key.runId}/${key.image}/${key.block}/${key.head}`;
const pageSize = 5000;

export const useAttention = defineStore('attention', () => {
  const { engine } = useServices();
  const mode = ref<MapMode>('matrix');
  const scaleKind = ref<MapScale['kind']>('log');
  const filter = ref<FlipFilter>('all');
  const views = new RecentCache<AttentionView>(48);
  const pictures = new RecentCache<PictureRecord>(240);
  const walls = new RecentCache<AttentionHeads>(6);
  const rollouts = new RecentCache<AttentionRollout>(48);
  /** `run/image` -> block -> damage of its heads, as far as seen. */
  const damage = shallowRef<ReadonlyMap<number, readonly HeadDamage[]>>(new Map());
  let damageOf = '';
  let filling: AbortController | null = null;

  async function fetchView(signal: AbortSignal, key: ViewKey): Promise<AttentionView> {
    const kept = views.get(keyText(key));
    if (kept !== undefined) return kept;
    const view = await engine.call('attention.view', key, { signal });
    views.set(keyText(key), view);
    return view;
  }

  const view = useLatest(async (signal, key: ViewKey) => {
    filling?.abort();
    const answer = await fetchView(signal, key);
    note(answer);
    return answer;
  });

  function note(answer: AttentionView): void {
    const owner = `${answer.runId}/${answer.image}`;
    const known = owner === damageOf ? damage.value : new Map<number, readonly HeadDamage[]>();
    damageOf = owner;
    // Every head of a block brings the same.
    if (known === damage.value && known.has(answer.block)) return;
    damage.value = new Map(known).set(answer.block, answer.damage);
  }

  /** Asks for the other blocks one after another, nearest first, while nothing else is wanted: the navigator fills itself. */
  async function fillDamage(key: ViewKey, blocks: number): Promise<void> {
    filling?.abort();
    const mine = new AbortController();
    filling = mine;
    const order = Array.from({ length: blocks }, (_, block) => block).sort((a, b) => Math.abs(a - key.block) - Math.abs(b - key.block));
    for (const block of order) {
      if (mine.signal.aborted || (damageOf === `${key.runId}/${key.image}` && damage.value.has(block))) continue;
      try {
        const answer = await fetchView(mine.signal, { ...key, block });
        if (!mine.signal.aborted) note(answer);
      } catch (error) {
        // The navigator stays partly grey; the block asked for by hand shows the failure itself.
        if (toFailure(error).kind !== 'stopped') return;
      }
    }
  }

  /** All heads of the block that is looked at. */
  const heads = useLatest(async (signal, { runId, image, block }: Omit<ViewKey, 'head'>) => {
    const key = `${runId}/${image}/${block}`;
    const answer = walls.get(key) ?? await engine.call('attention.heads', { runId, image, block }, { signal });
    walls.set(key, answer);
    return answer;
  });

  /** Heads that are here already. */
  const headsKept = ({ runId, image, block }: Omit<ViewKey, 'head'>): AttentionHeads | undefined => walls.get(`${runId}/${image}/${block}`);

  const rollout = useLatest(async (signal, { runId, image, block }: Omit<ViewKey, 'head'>, query: RolloutQuery) => {
    const key = `${runId}/${image}/${block}/${JSON.stringify(query)}`;
    const answer = rollouts.get(key) ?? await engine.call('attention.rollout', { runId, image, block, query }, { signal });
    rollouts.set(key, answer);
    return answer;
  });

  async function pictureOf(runId: string, image: number, signal?: AbortSignal): Promise<PictureRecord> {
    const kept = pictures.get(`${runId}/${image}`);
    if (kept !== undefined) return kept;
    const picture = await engine.call('image.picture', { runId, image }, signal === undefined ? {} : { signal });
    pictures.set(`${runId}/${image}`, picture);
    return picture;
  }

  /** A picture that is here already. */
  const pictureKept = (runId: string, image: number): PictureRecord | undefined => pictures.get(`${runId}/${image}`);

  const picture = useLatest((signal, runId: string, image: number) => pictureOf(runId, image, signal));

  async function allPredictions(signal: AbortSignal, runId: string): Promise<Prediction[]> {
    const all: Prediction[] = [];
    for (;;) {
      const { total, predictions } = await engine.call('run.predictions', { runId, offset: all.length, count: pageSize }, { signal });
      all.push(...predictions);
      if (all.length >= total || predictions.length === 0) return all;
    }
  }

  const images = useLatest(async (signal, runId: string, baselineId: string | null): Promise<readonly ImageRow[]> => {
    const [predictions, baseline] = await Promise.all([allPredictions(signal, runId), baselineId === null ? Promise.resolve([]) : allPredictions(signal, baselineId)]);
    return imageRows(predictions, baseline);
  });

  function forget(): void {
    filling?.abort();
    view.clear();
    picture.clear();
    heads.clear();
    rollout.clear();
    images.clear();
  }

  return {
    mode, scaleKind, filter, damage, fillDamage, pictureOf, pictureKept, headsKept, forget,
    view: view.value, viewFailure: view.failure, viewBusy: view.busy, loadView: view.run,
    heads: heads.value, loadHeads: heads.run,
    rollout: rollout.value, rolloutFailure: rollout.failure, loadRollout: rollout.run,
    picture: picture.value, loadPicture: picture.run,
    images: images.value, imagesFailure: images.failure, loadImages: images.run,
    hasView: computed(() => view.value.value !== null),
  };
});
