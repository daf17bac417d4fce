/** Long work: at most one evaluation at a time, with its progress, notes and skipped images, and what earlier jobs ended with. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { assertNever } from '../../../shared/assert-never';
import type { EvaluationEvent, Progress } from '../../../shared/evaluation';
import type { Failure } from '../../../shared/failure';
import { toFailure } from '../../../shared/failure';
import type { SkippedImage } from '../../../shared/records';
import type { EvaluationSpec } from '../../../shared/settings';
import { useServices } from '../services';
import { usePreferences } from './preferences';
import { useWorkspace } from './workspace';

export type JobState = 'running' | 'stopping' | 'done' | 'stopped' | 'failed';

export interface Job {
  readonly number: number;
  readonly spec: EvaluationSpec;
  readonly state: JobState;
  readonly progress: Progress | null;
  readonly notes: readonly string[];
  readonly skipped: readonly SkippedImage[];
  readonly failures: readonly Failure[];
}

export const useJob = defineStore('job', () => {
  const { engine } = useServices();
  const workspace = useWorkspace();
  const preferences = usePreferences();
  const jobs = shallowRef<readonly Job[]>([]);
  let controller: AbortController | null = null;

  const current = computed<Job | null>(() => jobs.value[0] ?? null);
  const running = computed(() => current.value?.state === 'running' || current.value?.state === 'stopping');

  function update(patch: Partial<Job>): void {
    const [job, ...older] = jobs.value;
    if (job !== undefined) jobs.value = [{ ...job, ...patch }, ...older];
  }

  function receive(event: EvaluationEvent): void {
    const job = current.value;
    if (job === null) return;
    switch (event.kind) {
      case 'progress': update({ progress: event.progress }); break;
      case 'run': workspace.applyRun(event.run, event.cell); break;
      case 'skipped': update({ skipped: [...job.skipped, event.image] }); break;
      case 'note': update({ notes: [...job.notes, event.text] }); break;
      default: assertNever(event, 'evaluation event');
    }
  }

  /** Runs to the end. Whatever happens is kept in the job; nothing is thrown. */
  async function run(spec: EvaluationSpec): Promise<void> {
    if (running.value) return;
    const mine = new AbortController();
    controller = mine;
    jobs.value = [{ number: jobs.value.length + 1, spec, state: 'running' as const, progress: null, notes: [], skipped: [], failures: [] }, ...jobs.value].slice(0, 20);
    try {
      const result = await engine.call('evaluation.run', spec, { signal: mine.signal, onEvent: receive });
      update({ state: result.failures.length > 0 ? 'failed' : result.state, failures: result.failures });
    } catch (error) {
      const failure = toFailure(error);
      if (failure.kind === 'stopped') update({ state: 'stopped' });
      else update({ state: 'failed', failures: [failure] });
    }
    // A failure is read where all of it stands, not in one line of the status bar.
    if (current.value?.state === 'failed') preferences.drawerOpen = true;
    controller = null;
    await workspace.refresh().catch((error: unknown) => {
      // The engine may be restarting: the workspace is opened again when it is back.
      if (toFailure(error).kind !== 'engine-lost') throw error;
    });
  }

  function cancel(): void {
    if (current.value?.state !== 'running') return;
    update({ state: 'stopping' });
    controller?.abort();
  }

  return { jobs, current, running, run, cancel };
});
