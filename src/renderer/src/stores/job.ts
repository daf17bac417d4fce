/**
 * Evaluations: one runs, others wait for their turn, and what earlier ones ended with. The queue is kept in the workspace; one whose
 * engine is lost goes on by itself when the engine is back, from its last stored batch.
 */
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { assertNever } from '../../../shared/assert-never';
import type { EvaluationEvent, Progress } from '../../../shared/evaluation';
import type { Failure } from '../../../shared/failure';
import { toFailure } from '../../../shared/failure';
import type { QueuedItem } from '../../../shared/queue';
import type { SkippedImage } from '../../../shared/records';
import type { EvaluationSpec } from '../../../shared/settings';
import { useServices } from '../services';
import { usePreferences } from './preferences';
import { useWorkspace } from './workspace';

/** `waiting` for those before it; `paused`: until the person says go on; `recovering`: its engine was lost and is on its way back. */
export type JobState = 'waiting' | 'paused' | 'running' | 'recovering' | 'pausing' | 'stopping' | 'done' | 'stopped' | 'failed';

export interface Job {
  readonly number: number;
  readonly spec: EvaluationSpec;
  readonly state: JobState;
  readonly progress: Progress | null;
  readonly notes: readonly string[];
  readonly skipped: readonly SkippedImage[];
  readonly failures: readonly Failure[];
  /** Times its engine was lost. */
  readonly losses: number;
  /** It waited when the program ended: the person is asked. */
  readonly leftOver: boolean;
}

/** What an evaluation changes of its job when it is over. */
type End = Partial<Job> & Pick<Job, 'state'>;

const queued: readonly JobState[] = ['waiting', 'paused'];
const active: readonly JobState[] = ['running', 'recovering', 'pausing', 'stopping'];

/** So many losses in a row without one more evaluated image end a job: it would go round for ever. */
const mostVainLosses = 4;
/** Of those that ended. */
const kept = 20;

export const useJob = defineStore('job', () => {
  const { engine } = useServices();
  const workspace = useWorkspace();
  const preferences = usePreferences();
  /** The active one, then the queue in its order, then what ended, newest first. */
  const jobs = shallowRef<readonly Job[]>([]);
  const endings = new Map<number, (state: JobState) => void>();
  let controller: AbortController | null = null;
  let last = 0;

  const find = (number: number): Job | undefined => jobs.value.find((job) => job.number === number);
  const activeJob = computed(() => jobs.value.find((job) => active.includes(job.state)) ?? null);
  const queue = computed(() => jobs.value.filter((job) => queued.includes(job.state)));
  const leftOver = computed(() => queue.value.filter((job) => job.leftOver));
  /** The one that runs, else the one that ended last. */
  const current = computed<Job | null>(() => activeJob.value ?? jobs.value.find((job) => !queued.includes(job.state)) ?? null);
  const running = computed(() => activeJob.value !== null);

  function arrange(next: readonly Job[]): void {
    const ended = next.filter((job) => !queued.includes(job.state) && !active.includes(job.state));
    jobs.value = [...next.filter((job) => active.includes(job.state)), ...next.filter((job) => queued.includes(job.state)), ...ended.slice(0, kept)];
  }

  function update(number: number, patch: Partial<Job>): void {
    arrange(jobs.value.map((job) => (job.number === number ? { ...job, ...patch } : job)));
  }

  /** What has not ended is in the workspace, so that it outlives this window. */
  function save(): void {
    const items = jobs.value.filter((job) => active.includes(job.state) || queued.includes(job.state))
      .map(({ number, state, spec }): QueuedItem => ({ id: String(number), state: state === 'paused' || state === 'pausing' ? 'paused' : 'waiting', spec }));
    engine.call('queue.save', { items }).catch((error: unknown) => {
      // Without an engine nothing can be kept, and the loss is told by the job itself.
      if (toFailure(error).kind !== 'engine-lost') workspace.failure = toFailure(error);
    });
  }

  function receive(number: number, event: EvaluationEvent): void {
    const job = find(number);
    if (job === undefined) return;
    switch (event.kind) {
      case 'progress': update(number, { progress: event.progress }); break;
      case 'run': workspace.applyRun(event.run, event.cell); break;
      case 'skipped': update(number, { skipped: [...job.skipped, event.image] }); break;
      case 'note': if (!job.notes.includes(event.text)) update(number, { notes: [...job.notes, event.text] }); break;
      default: assertNever(event, 'evaluation event');
    }
  }

  const newJob = (spec: EvaluationSpec, rest: Partial<Job> = {}): Job => ({ number: ++last, spec, state: 'waiting', progress: null, notes: [], skipped: [], failures: [], losses: 0, leftOver: false, ...rest });

  /** Puts it at the end of the queue. Resolves with how it ended, whenever that is; nothing is thrown. */
  function run(spec: EvaluationSpec): Promise<JobState> {
    const job = newJob(spec);
    arrange([...jobs.value, job]);
    const ended = new Promise<JobState>((resolve) => endings.set(job.number, resolve));
    next();
    return ended;
  }

  function next(): void {
    const first = activeJob.value === null ? queue.value.find(({ state }) => state === 'waiting') : undefined;
    if (first !== undefined) {
      update(first.number, { state: 'running', leftOver: false });
      void perform(first.number, first.spec);
    }
    save();
  }

  async function perform(number: number, spec: EvaluationSpec): Promise<void> {
    controller = new AbortController();
    let end = await evaluate(number, spec, controller.signal);
    controller = null;
    // Paused while it ran: it stands first in the queue.
    if (end.state === 'stopped' && find(number)?.state === 'pausing') end = { state: 'paused', spec: { ...spec, resume: true } };
    update(number, end);
    // A failure is read where all of it stands, not in one line of the status bar.
    if (end.state === 'failed') preferences.drawerOpen = true;
    await workspace.refresh().catch((error: unknown) => {
      // The engine may be restarting: the workspace is opened again when it is back.
      if (toFailure(error).kind !== 'engine-lost') throw error;
    });
    if (end.state !== 'paused') settle(number, end.state);
    next();
  }

  /** How it ended. A loss of the engine is no end: its successor continues what was begun. */
  async function evaluate(number: number, spec: EvaluationSpec, signal: AbortSignal): Promise<End> {
    let again = spec;
    let reached = 0;
    let vain = 0;
    for (;;) {
      try {
        const { state, failures } = await engine.call('evaluation.run', again, { signal, onEvent: (event) => receive(number, event) });
        return { state: failures.length > 0 ? 'failed' : state, failures };
      } catch (error) {
        const failure = toFailure(error);
        const lost = failure.kind === 'engine-lost';
        if (failure.kind === 'stopped' || (lost && signal.aborted)) return { state: 'stopped' };
        const done = workspace.summary?.runs.reduce((sum, { images }) => sum + images, 0) ?? 0;
        vain = done > reached ? 1 : vain + 1;
        reached = Math.max(reached, done);
        if (!lost || vain >= mostVainLosses) return { state: 'failed', failures: [failure] };
        update(number, { state: 'recovering', losses: (find(number)?.losses ?? 0) + 1 });
        // Waits for the next engine: the workspace first, or it would go on in another one.
        await workspace.reopen();
        // What it began is continued, whatever was asked at first.
        again = { ...spec, resume: true };
        if (find(number)?.state === 'recovering') update(number, { state: 'running' });
      }
    }
  }

  function settle(number: number, state: JobState): void {
    endings.get(number)?.(state);
    endings.delete(number);
  }

  /** Ends it; what is finished stays. One that waits is taken out of the queue. */
  function cancel(number = activeJob.value?.number): void {
    const job = number === undefined ? undefined : find(number);
    if (job === undefined) return;
    if (queued.includes(job.state)) {
      arrange(jobs.value.filter((other) => other !== job));
      settle(job.number, 'stopped');
      save();
      return;
    }
    if (job.state !== 'running' && job.state !== 'recovering') return;
    update(job.number, { state: 'stopping' });
    controller?.abort();
  }

  /** Stops it where it is until `resume`; the next one in the queue takes its place. */
  function pause(number: number): void {
    const job = find(number);
    if (job === undefined) return;
    if (job.state === 'waiting') update(number, { state: 'paused' });
    if (job.state === 'running' || job.state === 'recovering') {
      update(number, { state: 'pausing' });
      controller?.abort();
    }
    save();
  }

  function resume(number: number): void {
    if (find(number)?.state !== 'paused') return;
    update(number, { state: 'waiting', leftOver: false });
    next();
  }

  /** One place up or down in the queue. */
  function move(number: number, by: -1 | 1): void {
    const order = [...queue.value];
    const at = order.findIndex((job) => job.number === number);
    const other = order[at + by];
    const job = order[at];
    if (job === undefined || other === undefined) return;
    order[at] = other;
    order[at + by] = job;
    arrange([...jobs.value.filter(({ state }) => active.includes(state)), ...order, ...jobs.value.filter(({ state }) => !active.includes(state) && !queued.includes(state))]);
    save();
  }

  /** What waited when the program ended: on with all of it, or away with it. */
  function continueLeftOver(go: boolean): void {
    for (const { number } of leftOver.value) {
      if (go) update(number, { state: 'waiting', leftOver: false });
      else arrange(jobs.value.filter((job) => job.number !== number));
    }
    next();
  }

  async function load(): Promise<void> {
    const { items } = await engine.call('queue.list', null);
    // The queue of the workspace before stays in its file.
    arrange([...jobs.value.filter(({ state }) => !queued.includes(state)), ...items.map(({ spec }) => newJob({ ...spec, resume: true }, { state: 'paused', leftOver: true }))]);
    if (items.length > 0) preferences.drawerOpen = true;
  }

  watch(() => workspace.summary?.file, (file) => {
    if (file === undefined) return;
    load().catch((error: unknown) => {
      if (toFailure(error).kind !== 'engine-lost') workspace.failure = toFailure(error);
    });
  }, { immediate: true });

  return { jobs, current, running, queue, leftOver, run, cancel, pause, resume, move, continueLeftOver };
});
