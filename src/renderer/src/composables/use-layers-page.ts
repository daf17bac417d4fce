/** What the layers page and its inspector share: the selected run's rows and grid, what stands in the way of showing them, and the first measurement. */
import type { ComputedRef } from 'vue';
import { computed, watch } from 'vue';
import { useI18n } from 'vue-i18n';
import type { RunRecord } from '../../../shared/records';
import { layerRows, type LayerRow } from '../layers/layer-rows';
import { worstRow } from '../layers/metric';
import { stripGrid, type StripGrid } from '../layers/strip-grid';
import { useAnalyses } from '../stores/analyses';
import { useJob } from '../stores/job';
import { type RunAnswers, useLayers } from '../stores/layers';
import { useSelection } from '../stores/selection';
import { type SelectedRun, useSelectedRun } from './use-selected-run';

/** What to say instead of layers, or null when there is a run to look into. */
export type LayersObstacle = 'no-run' | 'fp32' | 'calibrating' | 'failed' | null;

export function layersObstacle(scheme: string | null, run: RunRecord | null): LayersObstacle {
  if (run === null) return scheme === 'none' ? 'fp32' : 'no-run';
  if (run.settings.arithmetic === 'fp32') return 'fp32';
  if (run.state === 'failed' && run.images === 0) return 'failed';
  return run.state === 'waiting' || run.state === 'calibrating' ? 'calibrating' : null;
}

export interface LayersView extends SelectedRun {
  readonly obstacle: ComputedRef<LayersObstacle>;
  readonly answers: ComputedRef<RunAnswers>;
  readonly rows: ComputedRef<readonly LayerRow[]>;
  readonly grid: ComputedRef<StripGrid<LayerRow>>;
  /** The row of the selected site. */
  readonly selectedRow: ComputedRef<LayerRow | null>;
}

export function useLayersView(): LayersView {
  const layers = useLayers();
  const selection = useSelection();
  const selected = useSelectedRun();
  const { model, run, scheme } = selected;

  const obstacle = computed(() => layersObstacle(scheme.value, run.value));
  const answers = computed(() => layers.of(run.value?.id ?? null));
  const rows = computed(() => {
    const { errors, sensitivity } = answers.value;
    const known = model.value === null ? [] : layers.known.get(model.value.id) ?? [];
    return layerRows(known, errors, { 'on-alone': sensitivity['on-alone']?.rows ?? [], 'off-alone': sensitivity['off-alone']?.rows ?? [] });
  });
  const grid = computed(() => stripGrid(rows.value, model.value?.blocks.map(({ name }) => name) ?? []));
  const selectedRow = computed(() => rows.value.find(({ site }) => site === selection.current.site) ?? null);
  return { ...selected, obstacle, answers, rows, grid, selectedRow };
}

/** Loads what is stored of the selected run; measures its errors where nothing is, as soon as no other work goes on; selects the worst site when none is. */
export function useLayersLoading({ obstacle, answers, rows, selectedRow, model, run }: LayersView): void {
  const { t } = useI18n();
  const layers = useLayers();
  const analyses = useAnalyses();
  const selection = useSelection();
  const job = useJob();

  watch(() => (obstacle.value === null ? run.value?.id ?? null : null), () => {
    if (obstacle.value === null && run.value !== null && model.value !== null) void layers.look(run.value, model.value);
  }, { immediate: true });

  watch(() => obstacle.value === null && answers.value.looked && answers.value.errors === null && answers.value.failures.errors === undefined && !job.running && analyses.running.length === 0, (wanted) => {
    if (wanted && run.value !== null && model.value !== null) void layers.measureErrors(run.value.id, t('layers.analyse.errorsTitle', { model: model.value.name, scheme: run.value.settings.scheme }));
  }, { immediate: true });

  watch([rows, selectedRow], () => {
    if (selectedRow.value !== null || answers.value.errors === null) return;
    const worst = worstRow(rows.value, { kind: 'error', figure: 'relativeL2', scope: 'local' });
    if (worst !== null) selection.settle({ site: worst.site, ...(worst.block === null ? {} : { block: worst.block }) });
  }, { immediate: true });
}
