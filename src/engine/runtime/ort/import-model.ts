/** A model file as the engine works on it: canonical, its sites found, its batch size free where the probe proves it. */
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { EngineError, fail } from '../../../shared/failure';
import { checkLimits } from '../../core/graph/check-limits';
import { checkWeights } from '../../core/graph/check-weights';
import { findStructure } from '../../core/graph/find-structure';
import { fuseLayerNorm } from '../../core/graph/fuse-layer-norm';
import { hoistConstants } from '../../core/graph/hoist-constants';
import { graphBatch, graphOutput } from '../../core/graph/graph-ends';
import { inferShapes } from '../../core/graph/infer-shapes';
import { inputShape } from '../../core/graph/input-shape';
import { logitsAgree, logitsFinite } from '../../core/graph/logit-difference';
import { prune } from '../../core/graph/prune';
import { raiseOpset } from '../../core/graph/raise-opset';
import { rebatch } from '../../core/graph/rebatch';
import { refuseUnsupported } from '../../core/graph/refuse';
import { widenFloat16 } from '../../core/graph/widen-float16';
import type { Graph, ImportedModel, ModelStructure } from '../../core/graph/types';
import { readModel } from '../../core/onnx/read-model';
import { canonicalise } from './canonicalise';
import { collectGarbage } from './garbage';
import { probeImages, probeLogits } from './probe';
import { isWeightsFile, readWeightsFile } from './read-weights-file';
import { weightPlaces } from './weight-places';

/** Images in the probe of the batch size. */
const probeCount = 3;

const noPoll = (): void => undefined;

/**
 * Reads and imports an ONNX file, or weights (.safetensors) of a network that is built here. Runs ONNX Runtime in the calling thread. `poll` is called between the steps and may throw to stop.
 * @throws EngineError with `file` set: model-unreadable, model-unsupported, model-quantised, model-no-attention, model-values, model-input
 */
export async function importModel(path: string, poll: () => void = noPoll): Promise<ImportedModel> {
  try {
    if (!isWeightsFile(path)) return await importGraph(readModelFile(path), poll);
    const { graph, notes } = readWeightsFile(path);
    const imported = await importGraph(graph, poll);
    return { ...imported, notes: [...notes, ...imported.notes] };
  } catch (error) {
    throw error instanceof EngineError ? new EngineError({ ...error.failure, file: error.failure.file ?? path }) : error;
  }
}

/**
 * Reads an ONNX file and the weights beside it; files outside its folder are refused, also behind symbolic links. The weights are moved together,
 * out of the files' bytes, which are then free: those that lie unaligned would need memory of their own in any case.
 */
export function readModelFile(path: string): Graph {
  const graph = readModel(readWhole(path, 'The model file cannot be read'), { file: path, externalData: (location) => readBeside(path, location), place: weightPlaces() });
  collectGarbage();
  return graph;
}

function readBeside(path: string, location: string): Uint8Array {
  const target = join(dirname(path), location);
  const missing = 'The weights file that belongs to the model is missing or cannot be read';
  let folder: string;
  let real: string;
  try {
    [folder, real] = [realpathSync(dirname(path)), realpathSync(target)];
  } catch {
    throw fail('model-unreadable', missing, { file: target, expected: `${location} in the folder of the model`, next: 'Copy both files of the export into one folder' });
  }
  if (!real.startsWith(folder + sep)) {
    throw fail('model-unreadable', 'The weights file lies outside the folder of the model', { file: target, expected: 'a file in the folder of the model', next: 'Copy both files of the export into one folder' });
  }
  return readWhole(target, missing);
}

function readWhole(path: string, what: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fail('model-unreadable', what, { file: path, place: error instanceof Error ? error.message : String(error), next: 'Check that the file exists and that you may read it; files above 2 GB are not supported' });
  }
}

/** A graph as it goes to ONNX Runtime for folding: refused, or float32, with one output and its input's shape known. */
interface PreparedGraph {
  readonly graph: Graph;
  readonly inputDims: readonly [number, number, number, number];
}

/**
 * Everything that is done with a graph before ONNX Runtime sees it.
 * @throws EngineError model-quantised, model-unsupported, model-input
 */
export function prepareGraph(source: Graph, notes: string[]): PreparedGraph {
  refuseUnsupported(source);
  const wide = widenFloat16(source);
  if (wide !== source) notes.push('The model holds float16 weights; they are widened to float32, and all arithmetic is float32');
  const graph = fuseLayerNorm(hoistConstants(prune(chooseOutput(wide, notes))));
  const input = inputShape(graph);
  notes.push(...input.notes);
  checkLimits({ ...graph, inputs: graph.inputs.map((one) => ({ ...one, dims: input.dims })) });
  return { graph, inputDims: input.dims };
}

/**
 * Imports a graph that was read or built.
 * @throws EngineError as importModel, without `file`
 */
export async function importGraph(source: Graph, poll: () => void = noPoll): Promise<ImportedModel> {
  poll();
  const notes: string[] = [];
  const { graph: prepared, inputDims } = prepareGraph(source, notes);
  poll();
  const exported = await canonicalise(prepared, inputDims);
  poll();
  refuseUnsupported(exported);
  checkLimits(exported);
  const shapes = inferShapes(exported);
  const canonical = prune(fuseLayerNorm(raiseOpset(exported, (name) => shapes.get(name)?.length)));
  const single = tryRebatch(canonical, 1, notes) ?? canonical;
  const graph = { ...single, shapes: inferShapes(single) };
  const structure = findStructure(graph);
  refuseWithoutAttention(structure);
  poll();
  checkWeights(graph, structure);
  const batchable = await probeBatch(graph, single === canonical ? null : canonical, notes, poll);
  // A model that cannot be batched runs at the size that its graph stands at.
  return { graph, structure, batchable, exportedBatch: batchable ? inputDims[0] : graphBatch(graph), notes };
}

/** The logits: the one output, else the one called so, else the first of two axes. */
function chooseOutput(graph: Graph, notes: string[]): Graph {
  const first = graphOutput(graph);
  if (graph.outputs.length === 1) return graph;
  const output = graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs.find(({ dims }) => dims.length === 2) ?? graph.outputs.find(({ name }) => name === first);
  if (output === undefined) return graph;
  notes.push(`The model has ${graph.outputs.length} outputs; ${output.name} is taken as the logits`);
  return { ...graph, outputs: [output] };
}

function tryRebatch(graph: Graph, batch: number, notes: string[]): Graph | null {
  try {
    return rebatch(graph, batch);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    notes.push(`${error.failure.what} (${error.failure.place ?? ''})`);
    return null;
  }
}

function refuseWithoutAttention(structure: ModelStructure): void {
  if (structure.blocks.length > 0) return;
  throw fail('model-no-attention', 'The model has no softmax attention', {
    expected: 'at least one Softmax between two matrix products of activations (q.kT and attention times v), with Linears for q, k and v', next: 'Use a vision transformer such as ViT, DeiT or Swin',
  });
}

/** Random images alone and in one batch must give the same logits; so must the graph at its exported batch, where that was another. */
async function probeBatch(graph: Graph, original: Graph | null, notes: string[], poll: () => void): Promise<boolean> {
  const images = probeImages(graph, probeCount);
  const alone = await probeLogits(graph, images, poll);
  if (!logitsFinite(alone)) {
    throw fail('model-values', 'The model gives no finite logits for a random picture', { expected: 'finite numbers', next: 'Check the export in PyTorch' });
  }
  if (original !== null && !logitsAgree(alone, await probeLogits(original, images, poll))) {
    throw fail('model-unsupported', 'The model could not be brought to batch size 1', { expected: 'the same logits alone and in a batch', next: 'Export the model with a dynamic batch size, or with batch size 1' });
  }
  const batch = graphBatch(graph);
  const together = tryRebatch(graph, batch === probeCount ? probeCount + 1 : probeCount, notes);
  const batchable = together !== null && logitsAgree(alone, await probeLogits(together, images, poll));
  if (!batchable) notes.push(`The model runs at batch size ${batch} only: images alone and in one batch gave different logits`);
  return batchable;
}
