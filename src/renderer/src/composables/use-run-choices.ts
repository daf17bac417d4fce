/** The context bar's two menus: which run is looked at, and what it is held against. */
import type { ComputedRef } from 'vue';
import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Choice } from '../components/ui/choice';
import type { CellChoice, VariantChoice } from '../run-choices';
import { cellChoices, cellValue, namedRuns, newestFirst, variantRuns, variantValue } from '../run-choices';
import { useSelection } from '../stores/selection';
import { useWorkspace } from '../stores/workspace';
import { useArithmeticName } from './use-arithmetic-name';
import { useFormat } from './use-format';
import { useRunWords } from './use-run-words';
import { useSelectedRun } from './use-selected-run';

export interface ChoiceGroup {
  readonly label: string;
  readonly choices: readonly Choice<string>[];
}

export interface RunChoices {
  readonly groups: ComputedRef<readonly ChoiceGroup[]>;
  /** The chosen entry, and what it is called on the button. */
  readonly value: ComputedRef<string>;
  readonly name: ComputedRef<string>;
  readonly pick: (value: string) => void;
}

const fp32Value = 'fp32';

function useNames(): (runs: Parameters<typeof namedRuns>[0]) => VariantChoice[] {
  const { d } = useI18n();
  const words = useRunWords();
  return (runs) => namedRuns(runs, words, (iso) => (Number.isNaN(Date.parse(iso)) ? iso : d(new Date(iso), { dateStyle: 'short', timeStyle: 'medium' })));
}

/** The run: every place of the model's row, then its other runs on this data set. */
export function useRunMenu(): RunChoices {
  const { t } = useI18n();
  const format = useFormat();
  const arithmeticName = useArithmeticName();
  const name = useNames();
  const workspace = useWorkspace();
  const selection = useSelection();
  const { model, run } = useSelectedRun();

  const cells = computed<readonly CellChoice[]>(() => (workspace.board === null || model.value === null ? [] : cellChoices(workspace.board, model.value.id)));
  const variants = computed<readonly VariantChoice[]>(() => (workspace.board === null || model.value === null ? [] : name(variantRuns(workspace.board, model.value.id, workspace.summary?.runs ?? []))));
  const figure = (top1: number | null | undefined): string => (top1 === null || top1 === undefined ? t('states.none') : format.percent(top1));
  const cellEntry = ({ value, scheme, cell }: CellChoice): Choice<string> => ({ value, label: scheme === 'none' ? 'FP32' : scheme, note: figure(cell?.run?.top1) });

  const groups = computed(() => {
    const fp32 = cells.value.filter(({ scheme }) => scheme === 'none');
    const arithmetics = [...new Set(cells.value.filter(({ scheme }) => scheme !== 'none').map(({ arithmetic }) => arithmetic))];
    const places = arithmetics.map((arithmetic, at): ChoiceGroup => ({
      label: arithmetics.length > 1 ? arithmeticName(arithmetic) : t('context.cells'),
      choices: [...(at === 0 ? fp32 : []), ...cells.value.filter((choice) => choice.scheme !== 'none' && choice.arithmetic === arithmetic)].map(cellEntry),
    }));
    const others = variants.value.map(({ value, name: label, run: other }): Choice<string> => ({ value, label, note: figure(other.top1) }));
    return [...places, ...(others.length === 0 ? [] : [{ label: t('context.variants'), choices: others }])];
  });

  const value = computed(() => {
    const { scheme, arithmetic, runId } = selection.current;
    return runId !== null && variants.value.some(({ run: other }) => other.id === runId) ? variantValue(runId) : cellValue(scheme ?? 'none', arithmetic);
  });

  function pick(chosen: string): void {
    const cell = cells.value.find((choice) => choice.value === chosen);
    const variant = variants.value.find((choice) => choice.value === chosen);
    // Nothing is held against itself.
    const freed = (id: string | undefined): { baselineId?: null } => (id !== undefined && selection.current.baselineId === id ? { baselineId: null } : {});
    if (cell !== undefined) selection.go({ scheme: cell.scheme, ...(cell.scheme === 'none' ? {} : { arithmetic: cell.arithmetic }), runId: null, ...freed(cell.cell?.run?.id) });
    else if (variant !== undefined) {
      const { scheme, arithmetic } = variant.run.settings;
      selection.go({ scheme, ...(arithmetic === 'fp32' || scheme === 'none' ? {} : { arithmetic }), runId: variant.run.id, ...freed(variant.run.id) });
    }
  }

  const shown = computed(() => variants.value.find((choice) => choice.value === value.value)?.name ?? (selection.current.scheme === 'none' ? 'FP32' : selection.current.scheme ?? run.value?.settings.scheme ?? '–'));
  return { groups, value, name: shown, pick };
}

/** The baseline: FP32, or any other run of the model on this data set. */
export function useBaselineMenu(): RunChoices {
  const { t } = useI18n();
  const format = useFormat();
  const name = useNames();
  const workspace = useWorkspace();
  const selection = useSelection();
  const { model, run, baseline } = useSelectedRun();

  const runs = computed(() => newestFirst((workspace.summary?.runs ?? []).filter((other) => other.modelId === model.value?.id && other.datasetId === workspace.board?.datasetId && other.top1 !== null)));
  const standing = computed(() => workspace.board?.cells.find((cell) => cell.modelId === model.value?.id && cell.arithmetic === 'fp32')?.run ?? null);
  const others = computed(() => name(runs.value.filter((other) => other.id !== run.value?.id && other.id !== standing.value?.id)));
  /** Nothing is held against itself: FP32 has no baseline until one is chosen. */
  const alone = computed(() => run.value !== null && run.value.id === standing.value?.id);
  const groups = computed((): readonly ChoiceGroup[] => [{
    label: t('context.baseline'),
    choices: [
      { value: fp32Value, label: alone.value ? t('context.nothing') : 'FP32', note: alone.value ? '' : standing.value?.top1 === null || standing.value?.top1 === undefined ? t('states.none') : format.percent(standing.value.top1) },
      ...others.value.map(({ value, name: label, run: other }) => ({ value, label, note: other.top1 === null ? '' : format.percent(other.top1) })),
    ],
  }]);
  const value = computed(() => (selection.current.baselineId === null || baseline.value?.id !== selection.current.baselineId ? fp32Value : variantValue(selection.current.baselineId)));

  function pick(chosen: string): void {
    selection.go({ baselineId: others.value.find((choice) => choice.value === chosen)?.run.id ?? null });
  }

  return { groups, value, pick, name: computed(() => others.value.find((choice) => choice.value === value.value)?.name ?? (alone.value ? t('context.nothing') : 'FP32')) };
}
