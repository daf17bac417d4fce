/** What is evaluated after the gate has spoken. Pure. */
import type { GateQuestion, GateReport } from '../../../shared/gate';
import type { EvaluationSpec } from '../../../shared/settings';

/** `fix`: each model with what mends it, those that nothing mends are left out. `anyway`: everything as it was asked for. */
export type GateChoice = 'fix' | 'anyway';

/** Only quantised evaluations pass the gate: FP32 alone is what it measures itself. */
export function needsGate({ schemes, arithmetic }: EvaluationSpec): boolean {
  return arithmetic !== 'fp32' && schemes.length > 0;
}

/** What the gate is asked about one model of an evaluation. */
export function questionOf(spec: EvaluationSpec, model: string): GateQuestion {
  return { model, dataset: spec.dataset, preprocess: spec.preprocess, ...(spec.labels === undefined ? {} : { labels: spec.labels }), ...(spec.labelMap === undefined ? {} : { labelMap: spec.labelMap }) };
}

/** Jobs in the order of the models; neighbours with equal settings share one. A model without a report (null) stays as it is. */
export function gatedSpecs(spec: EvaluationSpec, reports: readonly (GateReport | null)[], choice: GateChoice): EvaluationSpec[] {
  if (choice === 'anyway') return [spec];
  const each = spec.models.flatMap((model, index): EvaluationSpec[] => {
    const report = reports[index] ?? null;
    if (report === null || report.state === 'passed') return [{ ...spec, models: [model] }];
    const { fix } = report;
    if (fix === null) return [];
    return [{ ...spec, models: [model], ...(fix.preprocess === null ? {} : { preprocess: fix.preprocess }), ...(fix.labelMap === null ? {} : { labelMap: fix.labelMap }) }];
  });
  const jobs: EvaluationSpec[] = [];
  for (const next of each) {
    const last = jobs.at(-1);
    if (last !== undefined && sameBut(last, next)) jobs[jobs.length - 1] = { ...last, models: [...last.models, ...next.models] };
    else jobs.push(next);
  }
  return jobs;
}

function sameBut(a: EvaluationSpec, b: EvaluationSpec): boolean {
  return JSON.stringify({ ...a, models: [] }) === JSON.stringify({ ...b, models: [] });
}
