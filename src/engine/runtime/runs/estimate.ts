/** Memory that an evaluation will need at its peak, before it starts. The constants are fitted to measurements (docs/decisions/0002). */
import type { Estimate } from '../../../shared/evaluation';
import type { EvaluationSpec } from '../../../shared/settings';
import { at } from '../../../shared/at';
import { listOperands } from '../../core/graph/operands';
import type { KnownDataset } from '../library/dataset-library';
import type { KnownModel } from '../library/model-library';
import { evaluationImages } from './choose-images';
import { choosePreprocess, isFloat, planRuns } from './plan';

/** Node, ONNX Runtime and DuckDB with nothing loaded, and what each worker thread adds: its own JavaScript heap, and sessions while it calibrates. */
const programBytes = 120e6;
const workerBytes = 90e6;
const calibratingWorkerBytes = 160e6;
/** Bytes in times of a model's weights: the imported model and what its import leaves behind, what each worker keeps, and each network of a worker (weights and their packed form). */
const modelWeights = 2.6;
const workerWeights = 1.1;
const cellWeights = 1.85;
/** Tensors of one calibration image that live at once, in times of the largest operand. */
const liveOperands = 3;

/** Peak of the largest model: models are evaluated one after another and let go in between. */
export function estimateEvaluation(models: readonly KnownModel[], dataset: KnownDataset, spec: EvaluationSpec, workers: number): Estimate {
  const each = models.map((model) => estimateModel(model, dataset, spec, workers));
  return each.reduce((largest, estimate) => (estimate.peakBytes > largest.peakBytes ? estimate : largest), at(each, 0));
}

function estimateModel(model: KnownModel, dataset: KnownDataset, spec: EvaluationSpec, workers: number): Estimate {
  const { shared } = model;
  const { preprocess } = choosePreprocess(spec.preprocess, model.record.name, shared.structure, shared.metadata);
  const settings = planRuns(spec, preprocess, shared.batchable ? spec.batch : shared.exportedBatch);
  const images = evaluationImages(dataset.listing, at(settings, 0)).files.length;
  const calibrationImages = at(settings, settings.length - 1).calibrationImages;
  const parts = estimateParts({
    weights: shared.structure.parameters * 4,
    largestOperand: largestOperand(shared),
    workers,
    quantised: settings.filter((run) => !isFloat(run)).length,
    calibrationImages,
  });
  return { images, cells: settings.length, peakBytes: parts.reduce((sum, part) => sum + part.bytes, 0), parts };
}

export interface MemoryPlan {
  /** Bytes of the model's weights, and of its largest quantised operand for one image. */
  readonly weights: number;
  readonly largestOperand: number;
  readonly workers: number;
  /** Quantised cells; FP32 comes with the worker. */
  readonly quantised: number;
  readonly calibrationImages: number;
}

/** What the peak is made of. Pure. */
export function estimateParts({ weights, largestOperand: operand, workers, quantised, calibrationImages }: MemoryPlan): Estimate['parts'] {
  const calibrating = Math.min(workers, quantised);
  return [
    { name: 'program and workers', bytes: programBytes + workers * workerBytes + calibrating * calibratingWorkerBytes },
    { name: 'float model', bytes: weights * (modelWeights + workers * workerWeights) },
    // Memory of the calibration images serves the networks that are loaded after it.
    { name: 'networks', bytes: Math.max(workers * quantised * cellWeights * weights, calibrating * calibrationImages * liveOperands * operand) },
  ];
}

/** Bytes for one image. */
function largestOperand({ structure, shapes }: KnownModel['shared']): number {
  const sizes = listOperands(structure).map((operand) => (shapes.get(operand.tensor) ?? []).reduce((product, dim) => product * dim, 1) * 4);
  return Math.max(0, ...sizes);
}
