/** What of the measured levels is looked at: one derivation for the page and its inspector. */
import type { ComputedRef } from 'vue';
import { computed } from 'vue';
import { codeFigures, gridOf } from '../../../shared/level-figures';
import type { LevelGrid, Levels } from '../../../shared/levels';
import type { RunRecord } from '../../../shared/records';
import { schemeIds, type SchemeId } from '../../../shared/settings';
import { hasRunCounts, occupancyOf, type Occupancy, type OccupancyQuestion } from '../levels/occupancy';
import { useLevels } from '../stores/levels';
import { useSelection } from '../stores/selection';
import { useSelectedRun } from './use-selected-run';

export interface LevelsPage {
  readonly levels: ComputedRef<Levels | null>;
  /** The scheme of the map below the ladders. */
  readonly scheme: ComputedRef<SchemeId>;
  readonly block: ComputedRef<number>;
  /** The selected head of that layer; figures are of it where `rows` is heads. */
  readonly head: ComputedRef<number>;
  readonly headOrLayer: ComputedRef<number | null>;
  readonly grid: ComputedRef<LevelGrid | null>;
  readonly code: ComputedRef<number>;
  readonly runCounted: ComputedRef<boolean>;
  readonly question: ComputedRef<OccupancyQuestion>;
  readonly occupancy: ComputedRef<Occupancy | null>;
  /** The value read off the ladders. */
  readonly value: ComputedRef<number>;
}

/** What to say instead of levels, or null when there is a run to look into. An FP32 run has maps as well. */
export type LevelsObstacle = 'no-run' | 'calibrating' | 'failed' | null;

export function levelsObstacle(run: RunRecord | null): LevelsObstacle {
  if (run === null) return 'no-run';
  if (run.settings.arithmetic === 'fp32') return null;
  if (run.state === 'failed' && run.images === 0) return 'failed';
  return run.state === 'waiting' || run.state === 'calibrating' ? 'calibrating' : null;
}

const shownFirst: SchemeId = 'BitLog2_Half_17';

export function useLevelsPage(): LevelsPage {
  const store = useLevels();
  const selection = useSelection();
  const { run } = useSelectedRun();
  const levels = computed(() => store.levels);

  /** As chosen; else that of the run; else the one with the finest ladder. */
  const scheme = computed((): SchemeId => {
    const known = levels.value?.schemes.map((entry) => entry.scheme) ?? schemeIds;
    const of = (id: SchemeId | null): SchemeId | undefined => known.find((other) => other === id);
    return of(store.scheme) ?? of(run.value?.settings.scheme ?? null) ?? shownFirst;
  });
  const block = computed(() => Math.min(selection.current.block, Math.max(0, (levels.value?.blocks.length ?? 1) - 1)));
  const head = computed(() => Math.min(selection.current.head, Math.max(0, (levels.value?.blocks[block.value]?.heads ?? 1) - 1)));
  const headOrLayer = computed(() => (store.rows === 'heads' ? head.value : null));
  const grid = computed(() => (levels.value === null ? null : gridOf(levels.value, scheme.value, block.value)));
  /** Nothing chosen: the code with most of the error, which is where to look first. */
  const code = computed(() => {
    if (grid.value === null) return 0;
    if (store.code !== null) return Math.min(store.code, grid.value.levels.length - 1);
    const { errors } = codeFigures(grid.value, headOrLayer.value);
    return errors.indexOf(Math.max(...errors));
  });
  const runCounted = computed(() => levels.value !== null && hasRunCounts(levels.value, scheme.value));
  const question = computed((): OccupancyQuestion => {
    const counted = runCounted.value ? store.counted : 'sample';
    return { scheme: scheme.value, rows: store.rows, block: block.value, counted, quantity: counted === 'run' ? 'elements' : store.quantity };
  });
  const occupancy = computed(() => (levels.value === null ? null : occupancyOf(levels.value, question.value)));
  const value = computed(() => store.value ?? 1 / Math.max(1, levels.value?.blocks[block.value]?.tokens ?? 1));
  return { levels, scheme, block, head, headOrLayer, grid, code, runCounted, question, occupancy, value };
}
