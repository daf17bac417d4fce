/** Small networks taken apart: a study of a calibrated model, and batches of noise to measure it on. */
import { writeModel } from '../../src/engine/core/onnx/write-model';
import { integerParameters } from '../../src/engine/core/graph/integer/integer-parameters';
import type { QuantizerSettings } from '../../src/engine/core/graph/parameters';
import { rebatch } from '../../src/engine/core/graph/rebatch';
import type { Graph, ImportedModel } from '../../src/engine/core/graph/types';
import { LayerStudy } from '../../src/engine/runtime/evaluate/layers/layer-study';
import type { LoadedBatch } from '../../src/engine/runtime/evaluate/load-pixels';
import { importModel } from '../../src/engine/runtime/ort/import-model';
import type { CellNetwork } from '../../src/engine/runtime/workers/protocol';
import { anyMachine, calibrate, randomPixels } from './integer-network';
import { smallProject } from './small-project';

export const noPoll = (): void => undefined;

export async function importGraph(graph: Graph): Promise<ImportedModel> {
  const project = smallProject('study');
  try {
    return await importModel(project.file('model.onnx', writeModel(graph)), noPoll);
  } finally {
    project.remove();
  }
}

export async function cellNetwork(model: ImportedModel, kind: 'reference' | 'integer', settings: QuantizerSettings): Promise<CellNetwork> {
  const [found] = await calibrate(model, [settings]);
  if (found === undefined) throw new Error('nothing was calibrated');
  return { kind, settings, parameters: kind === 'integer' ? integerParameters(found) : found };
}

export function studyOf({ graph, structure }: ImportedModel, network: CellNetwork, batch: number): LayerStudy {
  return new LayerStudy({ graph: rebatch(graph, batch), structure, machine: anyMachine, batch, threads: 1, network }, noPoll);
}

/** Batches of noise; the last one may be short, padded with its last picture. */
export function noiseBatches({ structure }: ImportedModel, images: number, batch: number, seed = 5): LoadedBatch[] {
  const all = randomPixels(structure, images, seed);
  const size = all.length / images;
  return Array.from({ length: Math.ceil(images / batch) }, (_, index) => {
    const count = Math.min(batch, images - index * batch);
    const pixels = new Float32Array(batch * size);
    for (let slot = 0; slot < batch; slot++) {
      const image = index * batch + Math.min(slot, count - 1);
      pixels.set(all.subarray(image * size, (image + 1) * size), slot * size);
    }
    return { pixels, loaded: Array.from({ length: count }, (__, position) => position), skipped: [] };
  });
}
