/** Drafts of exceptions, one for each run that they would change: put together on the layers page, run, held against the run they came from. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { someOverrides, withOverrides, type Overrides, type OverrideValue } from '../../../shared/overrides';
import type { DatasetRecord, ModelRecord, RunRecord } from '../../../shared/records';
import type { EvaluationSpec } from '../../../shared/settings';
import { sameOverrides, withChange, withoutChange, type Target } from '../layers/draft';
import { historyOf, redone, step, undone, type History } from '../layers/histories';
import { specOfRun } from '../run-spec';

const empty: Overrides = {};
const untouched = historyOf(empty);

export const useOverrides = defineStore('overrides', () => {
  const histories = shallowRef<ReadonlyMap<string, History<Overrides>>>(new Map());

  const historyFor = (runId: string | null): History<Overrides> => (runId === null ? untouched : histories.value.get(runId) ?? untouched);
  const draftOf = (runId: string | null): Overrides => historyFor(runId).now;

  function put(runId: string, next: History<Overrides>): void {
    histories.value = new Map(histories.value).set(runId, next);
  }

  /** A step of the draft; one that changes nothing is none. */
  function write(runId: string, draft: Overrides): void {
    if (!sameOverrides(draft, draftOf(runId))) put(runId, step(historyFor(runId), draft));
  }

  return {
    historyFor, draftOf, write,
    change: (runId: string, target: Target, value: OverrideValue): void => write(runId, withChange(draftOf(runId), target, value)),
    takeBack: (runId: string, target: Target): void => write(runId, withoutChange(draftOf(runId), target)),
    undo: (runId: string): void => put(runId, undone(historyFor(runId))),
    redo: (runId: string): void => put(runId, redone(historyFor(runId))),
  };
});

/** The evaluation of the same model on the same images, with the run's own exceptions and the draft behind them. */
export function draftSpec(run: RunRecord, draft: Overrides, model: ModelRecord, dataset: DatasetRecord): EvaluationSpec {
  const { overrides: _own, ...spec } = specOfRun(run, model, dataset);
  const overrides = someOverrides(withOverrides(run.settings.overrides, draft));
  return { ...spec, ...(overrides === undefined ? {} : { overrides }) };
}

/** The run that the draft has become: equal to this one in everything but the exceptions. Null while there is none. */
export function runOfDraft(run: RunRecord, draft: Overrides, runs: readonly RunRecord[]): RunRecord | null {
  const wanted = withOverrides(run.settings.overrides, draft);
  const { overrides: _own, ...settings } = run.settings;
  const same = JSON.stringify(sorted(settings));
  return runs.find((other) => {
    const { overrides, ...rest } = other.settings;
    return other.id !== run.id && other.modelId === run.modelId && other.datasetId === run.datasetId && sameOverrides(overrides, wanted) && JSON.stringify(sorted(rest)) === same;
  }) ?? null;
}

/** Settings come from a file or from a message: the order of their keys says nothing (that of exceptions does). */
function sorted(settings: object): [string, unknown][] {
  return Object.entries(settings).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
}
