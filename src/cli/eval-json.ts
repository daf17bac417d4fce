/** An evaluation as the document that `eval --json` prints. Accuracies and differences in percent. */
import type { EvaluationResult } from '../shared/evaluation';
import { someOverrides } from '../shared/overrides';
import type { PairedResult, RunRecord } from '../shared/records';
import type { Preprocess } from '../shared/settings';

type EvaluatedRun = EvaluationResult['runs'][number];

export interface EvalDocument {
  readonly runs: readonly object[];
  readonly paired: readonly object[];
}

export function toEvalJson(result: EvaluationResult): EvalDocument {
  const names = new Map(result.runs.map(({ run }) => [run.id, runName(run)]));
  return { runs: result.runs.map(runJson), paired: result.paired.map((pair) => pairedJson(pair, names)) };
}

/** "model/scheme/seed". */
export function runName(run: RunRecord): string {
  return `${run.modelName}/${run.settings.scheme}/${run.settings.seed}`;
}

/** Images per second of the evaluation; null when there is nothing to divide. */
export function imagesPerSecond(run: RunRecord): number | null {
  return run.images > 0 && run.seconds.evaluation > 0 ? run.images / run.seconds.evaluation : null;
}

function runJson({ run, parameters, skipped }: EvaluatedRun): object {
  const { settings } = run;
  return {
    model: run.modelName,
    scheme: settings.scheme,
    w_bits: settings.wBits,
    a_bits: settings.aBits,
    arithmetic: settings.arithmetic,
    ...(settings.arithmetic === 'integer' ? { exact: run.exact, fallbacks: run.fallbacks } : {}),
    ...(someOverrides(settings.overrides) === undefined ? {} : { overrides: settings.overrides }),
    seed: settings.seed,
    preprocess: preprocessJson(settings.preprocess),
    ...(settings.labelMap === undefined ? {} : { label_map: settings.labelMap }),
    ...(settings.imageList === null ? {} : { image_list: settings.imageList }),
    batch: settings.batch,
    state: run.state,
    images: run.images,
    total: run.total,
    skipped: skipped.map(({ file, reason, detail }) => ({ file, reason, detail })),
    top1: run.top1,
    top5: run.top5,
    top1_ci95: run.top1Ci95,
    loss: run.loss,
    seconds: run.seconds,
    images_per_second: imagesPerSecond(run),
    parameters,
  };
}

/** As `--preprocess` takes it. */
function preprocessJson({ mean, std, cropPct, interpolation, ...rest }: Preprocess): object {
  return { mean, std, crop_pct: cropPct, interpolation, ...rest };
}

function pairedJson(pair: PairedResult, names: ReadonlyMap<string, string>): object {
  return {
    a: names.get(pair.a) ?? pair.a, b: names.get(pair.b) ?? pair.b, images: pair.images, difference: pair.difference, ci95: pair.ci95,
    mcnemar_p: pair.mcnemarP, holm_p: pair.holmP, lost: pair.lost, gained: pair.gained, changed: pair.changed, images_needed: pair.imagesNeeded,
  };
}
