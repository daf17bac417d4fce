/** Keeps the attention store loaded with what is selected: the run's images, the picture, the view, and then the other blocks' damage. */
import type { ComputedRef } from 'vue';
import { computed, watch } from 'vue';
import type { ModelRecord, RunRecord } from '../../../shared/records';
import type { AttentionView, RolloutQuery } from '../../../shared/attention';
import { patchOfQuery, type Query } from '../raster/token-geometry';
import { useAttention } from '../stores/attention';
import { useJob } from '../stores/job';
import { useSelection } from '../stores/selection';

export interface PageRun {
  readonly model: ComputedRef<ModelRecord | null>;
  readonly run: ComputedRef<RunRecord | null>;
  readonly baseline: ComputedRef<RunRecord | null>;
}

/** What to say instead of maps, or null when there is a run to look into. */
export type Obstacle = 'no-run' | 'fp32' | 'no-images' | 'stopped' | null;

/** The query in tokens of the block that is looked at. */
function rolloutQuery(view: AttentionView, query: Query): RolloutQuery {
  const patch = patchOfQuery(view, query);
  if (patch !== null) return { kind: 'patch', patch };
  return query.kind === 'prefix' && query.index < view.prefixTokens ? query : { kind: 'mean' };
}

/** `again`: asks once more for what failed. */
export function useAttentionPage({ model, run, baseline }: PageRun): { readonly obstacle: ComputedRef<Obstacle>; readonly again: () => void } {
  const attention = useAttention();
  const selection = useSelection();
  const job = useJob();

  const obstacle = computed<Obstacle>(() => {
    if (selection.current.scheme === 'none') return 'fp32';
    if (run.value === null) return 'no-run';
    if (run.value.images > 0) return null;
    return run.value.state === 'stopped' || run.value.state === 'failed' ? 'stopped' : 'no-images';
  });

  // The run's list of images grows while it goes on: asked again at the end, not at every batch.
  watch([obstacle, () => run.value?.id, () => baseline.value?.id, () => job.running], ([blocked, id, baselineId]) => {
    if (blocked !== null || id === undefined) attention.forget();
    else void attention.loadImages(id, baselineId ?? null);
  }, { immediate: true });

  const key = computed(() => {
    const { block, head, image } = selection.current;
    if (obstacle.value !== null || run.value === null || model.value === null) return null;
    const blocks = model.value.blocks.length;
    const safeBlock = Math.min(block, Math.max(0, blocks - 1));
    const heads = model.value.blocks[safeBlock]?.heads ?? 1;
    return { runId: run.value.id, image: Math.min(image, Math.max(0, run.value.images - 1)), block: safeBlock, head: Math.min(head, heads - 1), blocks };
  });

  watch(() => (key.value === null ? null : `${key.value.runId}/${key.value.image}`), () => {
    if (key.value !== null) void attention.loadPicture(key.value.runId, key.value.image);
  }, { immediate: true });

  // By what it says, not by identity: live figures of a run make a new key of the same content many times a second.
  watch(() => (key.value === null ? '' : JSON.stringify(key.value)), () => {
    if (key.value === null) return;
    const { runId, image, block, head } = key.value;
    void attention.loadView({ runId, image, block, head });
  }, { immediate: true });

  // The wall, once its block's own view is there: the head that was asked for comes first.
  watch(() => (attention.view === null ? '' : `${attention.view.runId}/${attention.view.image}/${attention.view.block}`), () => {
    if (attention.view !== null) void attention.loadHeads(attention.view);
  }, { immediate: true });

  watch(() => (attention.mode !== 'rollout' || attention.view === null ? '' : JSON.stringify([attention.view.runId, attention.view.image, attention.view.block, rolloutQuery(attention.view, selection.current.query)])), () => {
    if (attention.mode === 'rollout' && attention.view !== null) void attention.loadRollout(attention.view, rolloutQuery(attention.view, selection.current.query));
  }, { immediate: true });

  // The rest of the navigator, once the view is there and nobody else needs the engine.
  watch([() => attention.view, () => job.running], ([view, busy]) => {
    if (view === null || busy || key.value === null) return;
    const { runId, image, block, head } = view;
    void attention.fillDamage({ runId, image, block, head }, key.value.blocks);
  }, { immediate: true });

  function again(): void {
    if (key.value === null) return;
    const { runId, image, block, head } = key.value;
    void attention.loadView({ runId, image, block, head });
    void attention.loadPicture(runId, image);
  }

  return { obstacle, again };
}
