/** Keeps the images store loaded with what is selected: the list, the chosen image's row, then its drift and what flipped it. */
import type { ComputedRef } from 'vue';
import { computed, onScopeDispose, watch } from 'vue';
import { useI18n } from 'vue-i18n';
import { toFailure } from '../../../shared/failure';
import type { RunRecord } from '../../../shared/records';
import { rowAt } from '../images/flip-pages';
import { headsTested } from '../images/verdict';
import { useAnalyses } from '../stores/analyses';
import { useImages } from '../stores/images';
import { useJob } from '../stores/job';
import { useSelection } from '../stores/selection';
import { onEngineReturn } from './engine-return';
import type { PageRun } from './use-attention-page';

/** What to say instead of images, or null when there are some. */
export type ImagesObstacle = 'no-run' | 'fp32' | 'no-images' | 'failed' | 'stopped' | null;

/** Milliseconds for which an image stays chosen before the engine is asked: holding an arrow key must not queue every image it passes. */
const settleMilliseconds = 100;

export function useImagesPage({ run, baseline, model }: Pick<PageRun, 'run' | 'baseline' | 'model'>): { readonly obstacle: ComputedRef<ImagesObstacle>; readonly reload: () => void } {
  const images = useImages();
  const selection = useSelection();
  const analyses = useAnalyses();
  const job = useJob();
  const { t } = useI18n();
  const learned = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  const obstacle = computed<ImagesObstacle>(() => {
    if (run.value === null) return selection.current.scheme === 'none' ? 'fp32' : 'no-run';
    if (run.value.settings.arithmetic === 'fp32') return 'fp32';
    if (run.value.images > 0) return null;
    return run.value.state === 'failed' || run.value.state === 'stopped' ? run.value.state : 'no-images';
  });

  // The run's list grows while it goes on: asked again at the end, not at every batch.
  watch([obstacle, () => run.value?.id, () => baseline.value?.id, () => images.filter, () => images.sort, () => job.running], async ([blocked, id, baselineId]) => {
    if (blocked !== null || id === undefined) return;
    // Nothing to hold the images against: none is lost, and to say so would be wrong.
    if (baselineId === undefined) images.filter = 'all';
    await images.open({ runId: id, baselineId: baselineId ?? null }, selection.current.image);
    // Nobody has chosen an image yet: the first of the list is a better beginning than the first of the run.
    const first = rowAt(images.list, 0);
    if (images.position === null && selection.current.image === 0 && first !== null) selection.settle({ image: first.index });
  }, { immediate: true });

  watch(() => selection.current.image, (image) => {
    images.choose(image).catch((error: unknown) => {
      if (toFailure(error).kind !== 'stopped') images.listFailure = toFailure(error);
    });
  });

  /** The list from its beginning, after a failure. */
  function reload(): void {
    if (obstacle.value === null && run.value !== null) void images.open({ runId: run.value.id, baselineId: baseline.value?.id ?? null }, selection.current.image);
  }
  onEngineReturn(() => { if (images.listFailure !== null) reload(); });

  /** What the detail shows: by content, because live figures make new records all the time. */
  const detail = computed(() => (obstacle.value !== null || run.value === null || images.found === null ? null : `${run.value.id} ${images.found.index}`));
  watch(detail, (next) => {
    if (timer !== null) clearTimeout(timer);
    images.clearDetail();
    if (next === null || run.value === null || images.found === null) return;
    if (images.isKnown(run.value.id, images.found.index)) void load(next);
    else timer = setTimeout(() => void load(next), settleMilliseconds);
  }, { immediate: true });

  async function load(wanted: string): Promise<void> {
    const current = run.value;
    const image = images.found?.index;
    if (detail.value !== wanted || current === null || image === undefined) return;
    await images.loadDivergence(current.id, image);
    if (detail.value !== wanted || images.divergence === null) return;
    await images.loadBlame(current.id, image, model.value === null ? 0 : headsTested(model.value));
    if (detail.value === wanted && images.divergence?.typicalImages === null) await learn(current);
  }

  /** How much heads move as a rule: once per run, when nothing else is computed. */
  async function learn(current: RunRecord): Promise<void> {
    if (job.running || current.state !== 'done' || learned.has(current.id)) return;
    learned.add(current.id);
    const typical = await analyses.start('images.typical', { runId: current.id }, { title: t('images.learning', { model: `${current.modelName} ${current.settings.scheme}` }) });
    if (typical === null) return;
    images.forgetDivergences();
    const image = images.found?.index;
    if (run.value?.id === current.id && image !== undefined && images.divergence?.runId === current.id) await images.loadDivergence(current.id, image);
  }

  onScopeDispose(() => {
    if (timer !== null) clearTimeout(timer);
  });

  return { obstacle, reload };
}
