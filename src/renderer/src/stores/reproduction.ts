/** The published table in the window: what is there to measure it with, and how what was measured stands beside it. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { toFailure, type Failure } from '../../../shared/failure';
import type { PublishedRows } from '../../../shared/published';
import type { RunRecord } from '../../../shared/records';
import { reproductionDefaults, reproductionOf, reproductionSpec, seedPlaces, type Reproduction, type ReproductionChoices, type SeedPlace } from '../../../shared/reproduction';
import type { EvaluationSpec } from '../../../shared/settings';
import { useServices } from '../services';
import { useCommands } from './commands';
import { useKnownModels } from './known-models';
import { useWorkspace } from './workspace';

export const useReproduction = defineStore('reproduction', () => {
  const { engine } = useServices();
  const workspace = useWorkspace();
  const commands = useCommands();
  const knownModels = useKnownModels();
  const dialog = ref(false);
  const table = shallowRef<PublishedRows | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const choices = shallowRef<ReproductionChoices>(reproductionDefaults);
  /** Models that are there and shall not be measured, by name. */
  const left = ref<readonly string[]>([]);

  /** Reads what was published and looks which models are there. */
  async function load(): Promise<void> {
    try {
      table.value ??= await engine.call('published.table', null);
      failure.value = null;
    } catch (error) {
      failure.value = toFailure(error);
    }
    await knownModels.refresh();
  }

  const dataset = computed(() => workspace.summary?.datasets.find(({ id }) => id === workspace.datasetId) ?? null);
  const models = computed(() => workspace.summary?.models ?? []);
  const places = computed<readonly SeedPlace[]>(() => (knownModels.known === null ? [] : seedPlaces(knownModels.known, models.value)));
  const chosen = computed(() => places.value.filter(({ name, file }) => file !== null && !left.value.includes(name)));

  /** The job; null while there is nothing to run. */
  const spec = computed<EvaluationSpec | null>(() => {
    const files = chosen.value.flatMap(({ file }) => (file === null ? [] : [file]));
    return table.value === null || dataset.value === null || dataset.value.labelSet !== 'imagenet-1k' || files.length === 0 ? null : reproductionSpec(files, dataset.value, table.value, choices.value);
  });

  const compare = (shown: readonly SeedPlace[], runs: readonly RunRecord[]): Reproduction | null =>
    (table.value === null || dataset.value === null ? null : reproductionOf({ table: table.value, places: shown, dataset: dataset.value, models: models.value, runs, choices: choices.value }));

  /** What is known before anything runs. */
  const planned = computed(() => compare(chosen.value, []));

  /** The board's runs beside what was published; reference arithmetic, as published, before integer. Null where nothing of it was measured. */
  const measured = computed(() => {
    const runs = (workspace.board?.cells ?? []).flatMap(({ run }) => (run === null ? [] : [run]));
    const order = (run: RunRecord): number => (run.settings.arithmetic === 'integer' ? 0 : 1);
    const sorted = [...runs].sort((a, b) => order(a) - order(b));
    // Of models without a figure nothing is said here.
    const names = new Set(compare(places.value, sorted)?.models.filter(({ cells }) => cells.some(({ run }) => run !== null)).map(({ name }) => name));
    const found = compare(places.value.filter(({ name }) => names.has(name)), sorted);
    return found === null || found.page.compared + found.logs.compared === 0 ? null : found;
  });

  /** Seconds that the job takes by how long these models took before; null when one of them was never measured here. */
  const seconds = computed(() => {
    if (spec.value === null || dataset.value === null) return null;
    const images = Math.min(spec.value.limit ?? dataset.value.valImages, dataset.value.valImages);
    const runs = workspace.summary?.runs ?? [];
    let total = 0;
    for (const file of spec.value.models) {
      const id = models.value.find((model) => model.file === file)?.id;
      const own = runs.filter(({ modelId, images: done, settings }) => modelId === id && done > 0 && settings.wBits >= 4);
      const perImage = (fp32: boolean): number | null => {
        const run = own.filter(({ settings }) => (settings.arithmetic === 'fp32') === fp32).at(-1);
        return run === undefined ? null : run.seconds.evaluation / run.images;
      };
      const quantised = perImage(false);
      const float = perImage(true) ?? quantised;
      if (quantised === null || float === null) return null;
      const calibration = own.filter(({ settings }) => settings.arithmetic !== 'fp32').at(-1)?.seconds.calibration ?? 0;
      total += images * (float + quantised * spec.value.schemes.length) + calibration * spec.value.schemes.length;
    }
    return total;
  });

  /** Takes models that are only in the folder into the workspace, and runs the table as any evaluation. */
  async function start(): Promise<void> {
    const job = spec.value;
    if (job === null) return;
    dialog.value = false;
    await commands.takeAll(job.models.filter((file) => !models.value.some((model) => model.file === file)));
    if (commands.failure === null) commands.startRun(job);
  }

  function toggle(name: string): void {
    left.value = left.value.includes(name) ? left.value.filter((other) => other !== name) : [...left.value, name];
  }

  return { dialog, table, failure, choices, left, load, dataset, places, chosen, spec, planned, measured, seconds, start, toggle };
});
