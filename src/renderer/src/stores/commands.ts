/** What a person can ask for from anywhere (menu, buttons, drop), and the failures that come of it. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { Failure } from '../../../shared/failure';
import { toFailure } from '../../../shared/failure';
import type { EvaluationSpec } from '../../../shared/settings';
import { defaultSpec } from '../run-spec';
import { useShell } from '../services';
import { useJob } from './job';
import { usePreferences } from './preferences';
import { useWorkspace } from './workspace';

/** What a path is taken for when it is dropped. */
export type Dropped = 'model' | 'workspace' | 'dataset';

export function kindOfPath(path: string): Dropped {
  if (/\.(onnx|safetensors)$/i.test(path)) return 'model';
  if (/\.bitlog2$/i.test(path)) return 'workspace';
  return 'dataset';
}

export const useCommands = defineStore('commands', () => {
  const shell = useShell();
  const workspace = useWorkspace();
  const preferences = usePreferences();
  const job = useJob();
  const failure = shallowRef<Failure | null>(null);
  /** What is being read in, for the status bar; not long enough to be a job. */
  const reading = shallowRef<{ readonly what: Dropped; readonly path: string; readonly files: number } | null>(null);
  const runDialog = ref(false);

  async function attempt(work: () => Promise<void>): Promise<void> {
    failure.value = null;
    try {
      await work();
    } catch (error) {
      failure.value = toFailure(error);
    } finally {
      reading.value = null;
    }
  }

  /** Opens the sample, and measures it when that never happened: somebody new should see a result, not a button. A changed sample model is a new one. */
  const openSample = (): Promise<void> => attempt(async () => {
    const sample = await workspace.openSample();
    const runs = workspace.summary?.runs.filter((run) => run.datasetId === sample.dataset.id) ?? [];
    const measured = sample.models.every((model) => runs.some((run) => run.modelId === model.id));
    if (!measured) startRun(defaultSpec(sample.models, sample.dataset));
  });

  function startRun(spec: EvaluationSpec): void {
    runDialog.value = false;
    void attempt(() => job.run(spec));
  }

  /** One job after another; one that is stopped or fails ends the row. */
  const startRuns = (specs: readonly EvaluationSpec[]): Promise<void> => attempt(async () => {
    for (const spec of specs) {
      await job.run(spec);
      if (job.current?.state !== 'done') return;
    }
  });

  async function take(path: string): Promise<void> {
    const kind = kindOfPath(path);
    reading.value = { what: kind, path, files: 0 };
    if (kind === 'model') await workspace.addModel(path);
    else if (kind === 'dataset') await workspace.addDataset(path, (files) => { reading.value = { what: kind, path, files }; });
    else if (!(await workspace.open(path))) return;
    await preferences.remember({ kind, path });
  }

  /** Files and folders in the order given, one after another; the first failure ends it. */
  const takeAll = (paths: readonly string[]): Promise<void> => attempt(async () => {
    for (const path of paths) await take(path);
  });

  const addModels = (): Promise<void> => attempt(async () => {
    const { files } = await shell('dialog.models', null);
    for (const file of files) await take(file);
  });

  const openDataset = (): Promise<void> => attempt(async () => {
    const { folder } = await shell('dialog.dataset', null);
    if (folder !== null) await take(folder);
  });

  const openWorkspace = (create: boolean): Promise<void> => attempt(async () => {
    const { file } = await shell('dialog.workspace', { create });
    if (file === null) return;
    if (await workspace.open(file)) await preferences.remember({ kind: 'workspace', path: file });
  });

  return { failure, reading, runDialog, attempt, openSample, startRun, startRuns, takeAll, addModels, openDataset, openWorkspace };
});
