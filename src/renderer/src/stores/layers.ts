/** What the layers page and its inspector show: errors and sensitivity of the sites of each run looked at so far, and how they are to be drawn. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { CountScale } from '../../../charts/layers-histogram-option';
import type { DepthSeries } from '../../../charts/layers-depth-option';
import type { Failure } from '../../../shared/failure';
import { toFailure } from '../../../shared/failure';
import type { InspectedSite } from '../../../shared/inspection';
import type { HistogramScale, Sensitivity, SensitivityRow, SiteErrors } from '../../../shared/layers';
import type { OperandName } from '../../../shared/overrides';
import type { ModelRecord, RunRecord } from '../../../shared/records';
import { onEngineReturn } from '../composables/engine-return';
import { useLatest } from '../composables/use-latest';
import { withRow } from '../layers/sensitivity-rows';
import type { ErrorFigure, ErrorScope, KlScope, Metric } from '../layers/metric';
import { useServices } from '../services';
import { type Analysis, useAnalyses } from './analyses';

/** One question about the sites: the errors, or the sensitivity on or off alone. */
export type Question = 'errors' | KlScope;

export interface SensitivityAnswer {
  readonly images: number;
  /** Rows as they come; those of the result once it is there. */
  readonly rows: readonly SensitivityRow[];
  readonly top: readonly SensitivityRow[];
  readonly result: Sensitivity | null;
}

export interface RunAnswers {
  readonly errors: SiteErrors | null;
  readonly sensitivity: Readonly<Record<KlScope, SensitivityAnswer | null>>;
  /** The number of the running analysis. */
  readonly running: Readonly<Partial<Record<Question, number>>>;
  readonly failures: Readonly<Partial<Record<Question, Failure>>>;
  /** Whether the workspace was asked what it has stored. */
  readonly looked: boolean;
}

const nothing: RunAnswers = { errors: null, sensitivity: { 'on-alone': null, 'off-alone': null }, running: {}, failures: {}, looked: false };

export interface HistogramKey {
  readonly runId: string;
  readonly site: string;
  readonly operand: OperandName;
  readonly images: number;
  readonly scale: HistogramScale;
}

export const useLayers = defineStore('layers', () => {
  const { engine } = useServices();
  const analyses = useAnalyses();

  const figure = ref<ErrorFigure | 'kl'>('relativeL2');
  const errorScope = ref<ErrorScope>('local');
  const klScope = ref<KlScope>('on-alone');
  const metric = computed<Metric>(() => (figure.value === 'kl' ? { kind: 'kl', scope: klScope.value } : { kind: 'error', figure: figure.value, scope: errorScope.value }));
  const lines = ref<DepthSeries[]>(['cumulative', 'local']);
  const images = ref(16);
  const countScale = ref<CountScale>('linear');
  /** null: what suits the operand (log2 for attention maps). */
  const valueScale = ref<HistogramScale | null>(null);

  const answers = shallowRef<ReadonlyMap<string, RunAnswers>>(new Map());
  /** Sites by model: what can be named before anything is measured. */
  const known = shallowRef<ReadonlyMap<string, readonly InspectedSite[]>>(new Map());

  const of = (runId: string | null): RunAnswers => (runId === null ? nothing : answers.value.get(runId) ?? nothing);

  function update(runId: string, patch: (old: RunAnswers) => Partial<RunAnswers>): void {
    const old = of(runId);
    answers.value = new Map(answers.value).set(runId, { ...old, ...patch(old) });
  }

  /** What the workspace already knows of this run, and the names of its sites. Computes nothing. */
  const look = useLatest(async (signal, run: RunRecord, model: ModelRecord): Promise<string> => {
    if (!known.value.has(model.id)) {
      try {
        const { sites } = await engine.call('model.inspect', { file: model.file }, { signal });
        known.value = new Map(known.value).set(model.id, sites);
      } catch (error) {
        // A model that is gone still has stored errors, which bring the names of their sites.
        if (toFailure(error).kind === 'stopped') throw error;
      }
    }
    if (!of(run.id).looked) {
      const stored = await engine.call('layers.stored', { runId: run.id }, { signal });
      update(run.id, (old) => ({
        looked: true,
        errors: old.errors ?? stored.errors[0] ?? null,
        sensitivity: { 'on-alone': old.sensitivity['on-alone'] ?? storedAnswer(stored.sensitivity, 'on-alone'), 'off-alone': old.sensitivity['off-alone'] ?? storedAnswer(stored.sensitivity, 'off-alone') },
      }));
    }
    return run.id;
  });

  /** Runs one question to its end; while it goes on `running` has its number. */
  async function ask<T>(runId: string, question: Question, begin: () => Promise<T | null>, end: (answer: T) => void): Promise<void> {
    if (of(runId).running[question] !== undefined) return;
    const answering = begin();
    // The analysis is on the list as soon as it was begun.
    const number = analyses.analyses[0]?.number ?? 0;
    update(runId, ({ running, failures }) => ({ running: { ...running, [question]: number }, failures: without(failures, question) }));
    const answer = await answering;
    if (answer !== null) end(answer);
    const failure = analyses.analyses.find((analysis) => analysis.number === number)?.failure ?? null;
    update(runId, ({ running, failures }) => ({ running: without(running, question), failures: failure === null ? failures : { ...failures, [question]: failure } }));
  }

  const measureErrors = (runId: string, title: string): Promise<void> =>
    ask(runId, 'errors', () => analyses.start('layers.errors', { runId, images: images.value }, { title }), (errors) => update(runId, () => ({ errors })));

  /** Rows appear as they come. What is there when it is cancelled stays. */
  function measureSensitivity(runId: string, kind: KlScope, title: string, top: { readonly sites: number; readonly images: number | null } | null = null): Promise<void> {
    const count = images.value;
    const put = (patch: (old: SensitivityAnswer) => Partial<SensitivityAnswer>): void => update(runId, ({ sensitivity }) => {
      const old = sensitivity[kind] ?? { images: count, rows: [], top: [], result: null };
      return { sensitivity: { ...sensitivity, [kind]: { ...old, ...patch(old) } } };
    });
    return ask(runId, kind, () => {
      put((old) => (old.images === count ? {} : { images: count, rows: [], top: [], result: null }));
      return analyses.start('layers.sensitivity', { runId, kind, images: count, top }, {
        title,
        onEvent: (event) => {
          if (event.kind === 'row') put(({ rows }) => ({ rows: withRow(rows, event.row) }));
          else if (event.kind === 'top-row') put((old) => ({ top: withRow(old.top, event.row) }));
        },
      });
    }, (result) => put(() => ({ images: result.images, rows: result.rows, top: result.top.rows, result })));
  }

  function cancel(runId: string, question: Question): void {
    const number = of(runId).running[question];
    if (number !== undefined) analyses.cancel(number);
  }

  function progress(runId: string, question: Question): Analysis | null {
    const number = of(runId).running[question];
    return number === undefined ? null : analyses.analyses.find((analysis) => analysis.number === number) ?? null;
  }

  // Its answer went down with the engine: nothing was wrong with the question, and the page asks it again.
  onEngineReturn(() => {
    for (const [runId, { failures }] of answers.value) if (failures.errors?.kind === 'engine-lost') update(runId, (old) => ({ failures: without(old.failures, 'errors') }));
  });

  const histogram = useLatest((signal, key: HistogramKey) => engine.call('layers.histogram', key, { signal }));

  return {
    figure, errorScope, klScope, metric, lines, images, countScale, valueScale, known, of, progress, measureErrors, measureSensitivity, cancel,
    lookedAt: look.value, lookFailure: look.failure, looking: look.busy, look: look.run,
    histogram: histogram.value, histogramFailure: histogram.failure, histogramBusy: histogram.busy, loadHistogram: histogram.run, clearHistogram: histogram.clear,
  };
});

/** The newest stored answer of a kind. */
function storedAnswer(stored: readonly Sensitivity[], kind: KlScope): SensitivityAnswer | null {
  const result = stored.find((answer) => answer.kind === kind);
  return result === undefined ? null : { images: result.images, rows: result.rows, top: result.top.rows, result };
}

function without<K extends string, V>(record: Readonly<Partial<Record<K, V>>>, key: K): Partial<Record<K, V>> {
  const rest: Partial<Record<K, V>> = { ...record };
  delete rest[key];
  return rest;
}
