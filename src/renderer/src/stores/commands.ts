/** What a person can ask for from anywhere (menu, buttons, drop), and the failures that come of it. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { Failure } from '../../../shared/failure';
import { toFailure } from '../../../shared/failure';
import type { Recent } from '../../../shared/window-contract';
import { assertNever } from '../../../shared/assert-never';
import { labelledLayouts } from '../../../shared/dataset-preview';
import type { DatasetRecord, Removal } from '../../../shared/records';
import type { ReportChoice } from '../../../shared/report';
import type { EvaluationSpec, LabelChoice } from '../../../shared/settings';
import { defaultSpec } from '../run-spec';
import { useServices, useShell } from '../services';
import { useGate } from './gate';
import { useJob } from './job';
import { usePreferences } from './preferences';
import { useReproduction } from './reproduction';
import { useWorkspace } from './workspace';

/** What a path is taken for when it is dropped. */
export type Dropped = 'model' | 'workspace' | 'dataset';

export function kindOfPath(path: string): Dropped {
  if (/\.(onnx|safetensors)$/i.test(path)) return 'model';
  if (/\.bitlog2$/i.test(path)) return 'workspace';
  return 'dataset';
}

/** The name of a file without its folder and its extension. */
export function fileStem(path: string): string {
  return (path.split(/[\\/]/).at(-1) ?? path).replace(/\.[^.]+$/, '');
}

export interface AskedRemoval extends Removal {
  readonly name: string;
  /** How many runs go with it. */
  readonly runs: number;
}

export const useCommands = defineStore('commands', () => {
  const shell = useShell();
  const { engine } = useServices();
  const workspace = useWorkspace();
  const preferences = usePreferences();
  const job = useJob();
  const gate = useGate();
  const failure = shallowRef<Failure | null>(null);
  /** What is being read in, for the status bar; not long enough to be a job. */
  const reading = shallowRef<{ readonly what: Dropped; readonly path: string; readonly files: number } | null>(null);
  /** The data set whose labels and pictures are looked at. */
  const lookingAt = shallowRef<DatasetRecord | null>(null);
  let listing: AbortController | null = null;
  const runDialog = ref(false);
  const exportDialog = ref(false);

  async function attempt(work: () => Promise<void>): Promise<void> {
    failure.value = null;
    try {
      await work();
    } catch (error) {
      const found = toFailure(error);
      // Whoever cancels knows that it was stopped.
      if (found.kind !== 'stopped' || listing?.signal.aborted !== true) failure.value = found;
    } finally {
      reading.value = null;
      listing = null;
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
    void startRuns([spec]);
  }

  /** One job after another, each through the gate first; one that is stopped or fails ends the row. */
  const startRuns = (specs: readonly EvaluationSpec[]): Promise<void> => attempt(async () => {
    for (const asked of specs) {
      for (const spec of await gate.pass(asked)) {
        if ((await job.run(spec)) !== 'done') return;
      }
    }
  });

  async function take(path: string): Promise<void> {
    const kind = kindOfPath(path);
    reading.value = { what: kind, path, files: 0 };
    if (kind === 'model') await workspace.addModel(path);
    else if (kind === 'dataset') await addDataset({ root: path });
    else if (!(await workspace.open(path))) return;
    await preferences.remember({ kind, path });
  }

  /** Lists a data set; one whose labels were a guess is shown under them at once. */
  async function addDataset(question: { readonly root: string; readonly labels?: LabelChoice }): Promise<DatasetRecord> {
    listing = new AbortController();
    const dataset = await workspace.addDataset(question, { signal: listing.signal, onEvent: ({ files }) => { reading.value = { what: 'dataset', path: question.root, files }; } });
    if (labelledLayouts.includes(dataset.layout) && question.labels === undefined) lookingAt.value = dataset;
    return dataset;
  }

  /** The same pictures under other labels (null: as the files say). What was listed under the old ones goes, unless runs were made on it. */
  const useLabels = (dataset: DatasetRecord, labels: LabelChoice | null): Promise<void> => attempt(async () => {
    lookingAt.value = null;
    reading.value = { what: 'dataset', path: dataset.root, files: 0 };
    const next = labels === null ? await workspace.addDataset({ root: dataset.root }, {}) : await addDataset({ root: dataset.root, labels });
    const used = workspace.summary?.runs.some((run) => run.datasetId === dataset.id) === true;
    // Nothing is taken out of a workspace while an evaluation writes to it.
    if (next.id !== dataset.id && !used && !job.running) await workspace.remove({ kind: 'dataset', id: dataset.id });
  });

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

  /** A recent that was moved: where it is now, and the old place is forgotten. */
  const locate = (recent: Recent): Promise<void> => attempt(async () => {
    const path = await chosenPath(recent.kind);
    if (path === null) return;
    await take(path);
    if (path !== recent.path) await preferences.forget(recent);
  });

  async function chosenPath(kind: Recent['kind']): Promise<string | null> {
    switch (kind) {
      case 'model': return (await shell('dialog.models', null)).files[0] ?? null;
      case 'dataset': return (await shell('dialog.dataset', null)).folder;
      case 'workspace': return (await shell('dialog.workspace', { create: false })).file;
      default: return assertNever(kind, 'kind of recent');
    }
  }

  /** The board as one HTML file, with these runs in detail; what each is held against comes along. */
  const saveReport = (runs: readonly ReportChoice[] = []): Promise<void> => attempt(async () => {
    const data = await engine.call('report.data', { datasetId: workspace.datasetId, runs: [...runs] });
    const dataset = workspace.summary?.datasets.find((other) => other.id === data.board.datasetId) ?? null;
    // Rarely asked for, so loaded when it is.
    const { renderReport } = await import('../../../report/render-report');
    await shell('file.save', { name: `${fileStem(workspace.summary?.file ?? 'workspace')}.report.html`, kind: 'html', data: renderReport(data, dataset, useReproduction().measured, preferences.locale) });
  });

  /** What the person is asked about before it goes. */
  const removing = shallowRef<AskedRemoval | null>(null);
  const remove = (removal: Removal): Promise<void> => attempt(async () => {
    removing.value = null;
    await workspace.remove(removal);
  });

  return { failure, reading, lookingAt, useLabels, cancelReading: () => listing?.abort(), runDialog, exportDialog, removing, remove, saveReport, attempt, locate, openSample, startRun, startRuns, takeAll, addModels, openDataset, openWorkspace };
});
