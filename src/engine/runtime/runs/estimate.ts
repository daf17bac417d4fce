/** Memory that an evaluation will need at its peak, before it starts. The constants are fitted to measurements (docs/decisions/0002). */
import type { Estimate } from '../../../shared/evaluation';
import type { EvaluationSpec, RunSettings } from '../../../shared/settings';
import { at } from '../../../shared/at';
import { planInteger } from '../../core/graph/integer/integer-plan';
import { quantizerSettings } from '../../core/graph/parameters';
import type { Site } from '../../core/graph/types';
import type { KnownDataset } from '../library/dataset-library';
import type { KnownModel } from '../library/model-library';
import { calibrationNeeds } from './calibration-needs';
import { evaluationImages } from './choose-images';
import { overridesNote } from './model-overrides';
import { choosePreprocess, isFloat, planRuns } from './plan';

/** Node, ONNX Runtime and DuckDB with nothing loaded, and what each worker thread adds: its own JavaScript heap. */
const programBytes = 205e6;
const workerBytes = 75e6;
/** Bytes in times of a model's weights: the imported model, which all threads share, and what its import leaves behind; a calibration's sessions; each network of a worker (a packed form of the weights; a quarter of it as codes). */
const modelWeights = 1.2;
const calibrationWeights = 1.2;
const cellWeights = { reference: 1.37, integer: 0.4 } as const;

/** Peak of the largest model: models are evaluated one after another and let go in between. */
export function estimateEvaluation(models: readonly KnownModel[], dataset: KnownDataset, spec: EvaluationSpec, workers: number): Estimate {
  const each = models.map((model) => estimateModel(model, dataset, spec, workers));
  return each.reduce((largest, estimate) => (estimate.peakBytes > largest.peakBytes ? estimate : largest), at(each, 0));
}

function estimateModel(model: KnownModel, dataset: KnownDataset, spec: EvaluationSpec, workers: number): Estimate {
  const { shared } = model;
  const { preprocess } = choosePreprocess(spec.preprocess, model.record.name, shared.structure, shared.metadata);
  const settings = planRuns(spec, preprocess, shared.batchable ? spec.batch : shared.exportedBatch);
  overridesNote(model, settings);
  const images = evaluationImages(dataset.listing, at(settings, 0)).files.length;
  const { calibrationImages, batch } = at(settings, settings.length - 1);
  const parts = estimateParts({
    weights: shared.structure.parameters * 4,
    workers,
    float: settings.some(isFloat),
    quantised: settings.filter((run) => !isFloat(run)).length,
    arithmetic: spec.arithmetic === 'integer' ? 'integer' : 'reference',
    floatShare: spec.arithmetic === 'integer' ? floatShare(model, at(settings, settings.length - 1)) : 0,
    calibration: calibrationNeeds(shared, calibrationImages, batch).memory,
    reading: dataset.readingBytes,
  });
  return { images, cells: settings.length, peakBytes: parts.reduce((sum, part) => sum + part.bytes, 0), parts };
}

/** Share of the weights that are floats in an integer network. Only overrides make it large; what zero points add is not known yet. */
function floatShare({ shared: { graph, shapes, structure } }: KnownModel, settings: RunSettings): number {
  if (settings.overrides === undefined) return 0;
  const plan = planInteger({ ...graph, shapes }, structure, quantizerSettings(settings), null, { saturates: false });
  const size = (site: Site): number => (site.kind === 'linear' ? site.inFeatures * site.outFeatures : 0);
  const all = structure.sites.reduce((sum, site) => sum + size(site), 0);
  return structure.sites.reduce((sum, site) => sum + (plan.get(site.name)?.kind === 'reference' ? size(site) : 0), 0) / Math.max(1, all);
}

export interface MemoryPlan {
  /** Bytes of the model's weights. */
  readonly weights: number;
  readonly workers: number;
  /** Whether FP32 is evaluated, too: before the calibrations, and with the others after them. */
  readonly float: boolean;
  /** Quantised cells. */
  readonly quantised: number;
  readonly arithmetic: keyof typeof cellWeights;
  /** Of the weights of an integer network: those at sites that overrides leave in reference arithmetic. None when left out. */
  readonly floatShare?: number;
  /** Bytes of the tensors that one calibration keeps in memory. */
  readonly calibration: number;
  /** Bytes that reading pictures takes in each worker; none when left out. */
  readonly reading?: number;
}

/** What the peak is made of. Pure. */
export function estimateParts({ weights, workers, float, quantised, arithmetic, floatShare = 0, calibration, reading = 0 }: MemoryPlan): Estimate['parts'] {
  const calibrating = Math.min(workers, quantised);
  const networkWeights = cellWeights[arithmetic] + floatShare * (cellWeights.reference - cellWeights[arithmetic]);
  const floats = float ? workers * cellWeights.reference * weights : 0;
  return [
    { name: 'program and workers', bytes: programBytes + workers * workerBytes },
    { name: 'float model', bytes: weights * modelWeights + floats },
    // Memory of the calibrations serves the networks that are loaded after them.
    { name: 'networks', bytes: Math.max(workers * quantised * networkWeights * weights, calibrating * (calibrationWeights * weights + calibration)) },
    ...(reading === 0 ? [] : [{ name: 'pictures in parquet files', bytes: workers * reading }]),
  ];
}
