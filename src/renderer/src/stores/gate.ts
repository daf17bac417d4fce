/** The FP32 gate in front of evaluations: asked about each model, and the person when it found something. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { GateReport } from '../../../shared/gate';
import type { EvaluationSpec } from '../../../shared/settings';
import { i18n } from '../i18n';
import { gatedSpecs, needsGate, questionOf, type GateChoice } from '../gate/gated-specs';
import { useAnalyses } from './analyses';

/** What the dialog shows: `decide` is null when nothing waits for an answer. */
export interface ShownGate {
  readonly spec: EvaluationSpec;
  /** By model; null for one that could not be looked at. */
  readonly reports: readonly (GateReport | null)[];
  readonly decide: ((choice: GateChoice | null) => void) | null;
  readonly close?: () => void;
}

export const useGate = defineStore('gate', () => {
  const analyses = useAnalyses();
  const shown = shallowRef<ShownGate | null>(null);
  const checking = shallowRef(false);
  /** The newest answer to each question of this session. */
  const answers = shallowRef<ReadonlyMap<string, GateReport>>(new Map());

  function answerTo(spec: EvaluationSpec, model: string): GateReport | null {
    return answers.value.get(JSON.stringify(questionOf(spec, model))) ?? null;
  }

  /** One model after another; null when it was stopped. */
  async function ask(spec: EvaluationSpec, again: boolean): Promise<(GateReport | null)[] | null> {
    const reports: (GateReport | null)[] = [];
    checking.value = true;
    try {
      for (const model of spec.models) {
        const question = questionOf(spec, model);
        const title = i18n.global.t('gate.title', { model: nameOf(model) });
        const report = await analyses.start('gate.check', again ? { ...question, again } : question, { title });
        // A model that cannot be read is for the evaluation to say: it goes on with the others.
        if (report === null && analyses.analyses.find((other) => other.title === title)?.state === 'stopped') return null;
        if (report !== null) answers.value = new Map([...answers.value, [JSON.stringify(question), report]]);
        reports.push(report);
      }
      return reports;
    } finally {
      checking.value = false;
    }
  }

  /** What the person ran anyway is not held up again in this session. */
  const accepted = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();

  /** One question, and one dialog, after another. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  /** The jobs to run: as asked for when all is well, else as the person decides; none when it was stopped or closed. */
  const pass = (spec: EvaluationSpec): Promise<EvaluationSpec[]> => inTurn(async () => {
    const keys = spec.models.map((model) => JSON.stringify(questionOf(spec, model)));
    if (!needsGate(spec) || keys.every((key) => accepted.has(key))) return [spec];
    const reports = await ask(spec, false);
    if (reports === null) return [];
    if (reports.every((report) => report === null || report.state === 'passed')) return [spec];
    const choice = await new Promise<GateChoice | null>((decide) => { shown.value = { spec, reports, decide }; });
    shown.value = null;
    if (choice === 'anyway') for (const key of keys) accepted.add(key);
    return choice === null ? [] : gatedSpecs(spec, reports, choice);
  });

  /** Looks without running anything, and shows what was found. */
  const look = (spec: EvaluationSpec, again = false): Promise<void> => inTurn(async () => {
    const reports = await ask(spec, again);
    if (reports === null) return;
    await new Promise<void>((close) => { shown.value = { spec, reports, decide: null, close }; });
    shown.value = null;
  });

  function answer(choice: GateChoice | null): void {
    shown.value?.decide?.(choice);
    shown.value?.close?.();
  }

  return { shown, checking: computed(() => checking.value), answerTo, pass, look, answer };
});

function nameOf(file: string): string {
  return (file.split(/[\\/]/).at(-1) ?? file).replace(/\.[^.]+$/, '');
}
