/** What the calibration page and its inspector show: pictures and parameters of the selected run, its draws, its noise floor, and pictures locked for later runs. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { PictureRecord } from '../../../shared/attention';
import { toFailure } from '../../../shared/failure';
import type { DatasetRecord } from '../../../shared/records';
import type { NoiseResult, NoiseScope } from '../../../shared/noise';
import type { DrawField } from '../calibration/draw-strips';
import type { ParameterKind } from '../calibration/parameter-rows';
import { useLatest } from '../composables/use-latest';
import { useServices } from '../services';
import { useAnalyses } from './analyses';
import { useCommands } from './commands';
import { RecentCache } from './recent-cache';
import { useWorkspace } from './workspace';

/** Pictures of one data set that every run shall be calibrated on until somebody unlocks them. */
export interface LockedPictures {
  readonly datasetId: string;
  readonly root: string;
  readonly files: readonly string[];
}

export const useCalibration = defineStore('calibration', () => {
  const { engine } = useServices();
  const analyses = useAnalyses();
  const workspace = useWorkspace();
  const commands = useCommands();
  const field = ref<DrawField>('delta');
  const kind = ref<ParameterKind | 'all'>('all');
  /** Further draws at a time, repeats of the noise, and images they are measured on (null: all of the run). */
  const more = ref(4);
  const repeats = ref(8);
  const images = ref<number | null>(null);
  const scope = ref<NoiseScope>('evaluation');
  const choosing = ref(false);
  const locked = shallowRef<readonly LockedPictures[]>([]);
  const pictures = new RecentCache<PictureRecord>(400);

  const calibration = useLatest((signal, runId: string) => engine.call('calibration.get', { runId }, { signal }));
  const draws = useLatest((signal, runId: string) => engine.call('calibration.draws', { runId }, { signal }));
  const noise = useLatest((signal, runId: string) => engine.call('noise.get', { runId }, { signal }));
  const paired = useLatest((signal, runId: string) => engine.call('run.paired', { runId }, { signal }));
  let shown = '';

  /** Everything that is stored of a run. Computes nothing. */
  async function load(runId: string): Promise<void> {
    if (shown !== runId) forget();
    shown = runId;
    await Promise.all([calibration.run(runId), draws.run(runId), noise.run(runId), paired.run(runId)]);
  }

  function forget(): void {
    shown = '';
    for (const question of [calibration, draws, noise, paired]) question.clear();
  }

  async function pictureOf(key: string, ask: (signal?: AbortSignal) => Promise<PictureRecord>, signal?: AbortSignal): Promise<PictureRecord> {
    const kept = pictures.get(key);
    if (kept !== undefined) return kept;
    const picture = await ask(signal);
    pictures.set(key, picture);
    return picture;
  }

  const picture = (runId: string, position: number, signal?: AbortSignal): Promise<PictureRecord> =>
    pictureOf(`${runId}/${position}`, (aborted) => engine.call('calibration.picture', { runId, position }, aborted === undefined ? {} : { signal: aborted }), signal);
  const candidate = (runId: string, index: number, signal?: AbortSignal): Promise<PictureRecord> =>
    pictureOf(`${runId}/train/${index}`, (aborted) => engine.call('calibration.candidate', { runId, index }, aborted === undefined ? {} : { signal: aborted }), signal);

  /** The number of each running question, by what it asks. */
  const running = shallowRef<Readonly<Partial<Record<'redraw' | 'noise', number>>>>({});
  const progress = (question: 'redraw' | 'noise') => computed(() => analyses.analyses.find(({ number }) => number === running.value[question]) ?? null);
  const redrawing = progress('redraw');
  const measuring = progress('noise');

  async function ask<T>(question: 'redraw' | 'noise', begin: () => Promise<T>): Promise<T | null> {
    if (running.value[question] !== undefined) return null;
    const answering = begin();
    // The analysis is on the list as soon as it was begun.
    running.value = { ...running.value, [question]: analyses.analyses[0]?.number };
    try {
      return await answering;
    } finally {
      const { [question]: _ended, ...rest } = running.value;
      running.value = rest;
    }
  }

  async function redraw(runId: string, seeds: readonly number[], title: string): Promise<void> {
    await ask('redraw', () => analyses.start('calibration.redraw', { runId, seeds: [...seeds] }, { title }));
    // Stopped or failed, the finished draws are there.
    if (shown === runId) await draws.run(runId);
  }

  async function measureNoise(runId: string, title: string): Promise<void> {
    const asked = scope.value;
    const put = (result: NoiseResult): void => { if (shown === runId) noise.value.value = { evaluation: null, calibration: null, ...noise.value.value, [asked]: result }; };
    const result = await ask('noise', () => analyses.start('noise.run', { runId, repeats: repeats.value, scope: asked, images: images.value }, {
      title, onEvent: (event) => { if (event.kind === 'repeat') put(event.result); },
    }));
    if (result !== null && result.repeats.length > 0) put(result);
  }

  function cancel(question: 'redraw' | 'noise'): void {
    const number = running.value[question];
    if (number !== undefined) analyses.cancel(number);
  }

  const put = (dataset: DatasetRecord, files: readonly string[] | null): void => {
    locked.value = [...locked.value.filter(({ datasetId }) => datasetId !== dataset.id), ...(files === null ? [] : [{ datasetId: dataset.id, root: dataset.root, files: [...files] }])];
  };

  /** What is locked in the workspace that was opened. */
  async function loadLocked(datasets: readonly DatasetRecord[]): Promise<void> {
    locked.value = [];
    for (const dataset of datasets) put(dataset, (await engine.call('calibration.locked', { datasetId: dataset.id })).files);
  }

  watch(() => JSON.stringify([workspace.summary?.file, ...(workspace.summary?.datasets.map(({ id }) => id) ?? [])]), () => {
    loadLocked(workspace.summary?.datasets ?? []).catch((error: unknown) => { commands.failure = toFailure(error); });
  }, { immediate: true });

  /** For every later run on the data set, also after the window was closed; null lets them go. */
  async function lock(dataset: DatasetRecord, files: readonly string[] | null): Promise<void> {
    put(dataset, (await engine.call('calibration.lock', { datasetId: dataset.id, files: files === null ? null : [...files] })).files);
  }

  /** What later runs on this data set are calibrated on; null for the reference's draw. */
  const listFor = (root: string): string[] | null => {
    const found = locked.value.find((other) => other.root === root);
    return found === undefined ? null : [...found.files];
  };

  /** The same as part of what is run: of fixed pictures there is but one draw. */
  function choiceFor(root: string): { calibrationList: string[] | null; calibrationImages?: number; seeds?: number[] } {
    const list = listFor(root);
    return list === null ? { calibrationList: null } : { calibrationList: list, calibrationImages: list.length, seeds: [0] };
  }

  return {
    field, kind, more, repeats, images, scope, choosing, locked, lock, loadLocked, listFor, choiceFor, load, forget, picture, candidate, redraw, measureNoise, redrawing, measuring, cancel,
    calibration: calibration.value, calibrationFailure: calibration.failure, calibrationBusy: calibration.busy,
    draws: draws.value, drawsFailure: draws.failure, noise: noise.value, noiseFailure: noise.failure, paired: paired.value,
  };
});
