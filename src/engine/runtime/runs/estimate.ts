/** Memory that an evaluation will need at its peak, before it starts. The constants are measured (docs/decisions/0002). */
import type { Estimate } from '../../../shared/evaluation';
import type { EvaluationSpec } from '../../../shared/settings';
import { at } from '../../../shared/at';
import { listOperands } from '../../core/graph/operands';
import type { KnownDataset } from '../library/dataset-library';
import type { KnownModel } from '../library/model-library';
import { evaluationImages } from './choose-images';
import { choosePreprocess, isFloat, planRuns } from './plan';

/** Node, ONNX Runtime and DuckDB with nothing loaded, and what each worker thread adds. */
const baseBytes = 150e6;
const workerBytes = 45e6;

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
  const weights = shared.structure.parameters * 4;
  const cells = settings.length;
  const quantised = settings.filter((run) => !isFloat(run)).length;
  const calibrating = Math.min(workers, quantised);
  const calibrationImages = at(settings, settings.length - 1).calibrationImages;
  const parts = [
    { name: 'program and workers', bytes: baseBytes + workers * workerBytes },
    { name: 'float model', bytes: weights * (1 + workers) },
    // A worker holds either its calibration network and images, or the networks of the cells.
    { name: 'networks', bytes: Math.max(workers * cells * weights, quantised === 0 ? 0 : calibrating * (weights * 2 + calibrationImages * liveBytes(shared))) },
  ];
  return { images, cells, peakBytes: parts.reduce((sum, part) => sum + part.bytes, 0), parts };
}

/** Bytes of the tensors of one image that live at the widest point of calibration: three times the largest operand is seen. */
function liveBytes(shared: KnownModel['shared']): number {
  const sizes = listOperands(shared.structure).map((operand) => (shared.shapes.get(operand.tensor) ?? []).reduce((product, dim) => product * dim, 1) * 4);
  return 3 * Math.max(0, ...sizes);
}
