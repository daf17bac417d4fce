/** What a calibration of a model takes, before it starts: memory, and a temporary file for what does not stay there. */
import { planLiveTensors } from '../../core/calibration/live-layout';
import { rewriteForCalibration } from '../../core/graph/rewrite-calibration';
import { segmentGraph } from '../../core/graph/segments';
import { calibrationBytes } from '../evaluate/calibration-memory';
import type { SharedModel } from '../workers/protocol';

/** Bytes of one image's tensors, which are asked for whenever settings change and never do themselves. */
const imageBytes = new WeakMap<SharedModel, number>();

/** In bytes, for one calibration at a time. `batch` is the run's batch size. */
export function calibrationNeeds(model: SharedModel, images: number, batch: number): { readonly memory: number; readonly file: number } {
  const bytes = imageBytes.get(model) ?? bytesPerImage(model);
  imageBytes.set(model, bytes);
  return calibrationBytes(images, batch, bytes * batch);
}

function bytesPerImage({ graph, shapes, structure }: SharedModel): number {
  // Weights that stay as they are cost nothing to look at, and where the cuts are does not depend on them.
  const plan = rewriteForCalibration({ ...graph, shapes }, structure, { wBits: 32 }, () => undefined);
  const { name, channels, height, width } = structure.input;
  const images = Number(graph.inputs[0]?.dims[0] ?? 1);
  return planLiveTensors(segmentGraph(plan.graph, plan.cuts), plan.cuts, { name, dims: [images, channels, height, width] }).bytes / images;
}
