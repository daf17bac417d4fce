/** What a model says about its input, and the shape that it is imported at. */
import { fail } from '../../../shared/failure';
import { imageSide } from './image-size';
import type { Graph } from './types';

export interface InputShape {
  /** [batch, 3, height, width]. */
  readonly dims: readonly [number, number, number, number];
  readonly notes: readonly string[];
}

/**
 * The exported batch where it is fixed, else 1; the exported image size, or what the position embedding says, or 224.
 * @throws EngineError model-input: not one float32 input of four axes with three channels
 */
export function inputShape(graph: Graph): InputShape {
  const expected = 'one float input [batch, 3, height, width]';
  const next = 'Export the model for pictures of three channels, as timm does';
  const [input] = graph.inputs;
  if (input === undefined || graph.inputs.length !== 1) {
    throw fail('model-input', `The model has ${graph.inputs.length} inputs`, { place: graph.inputs.map((one) => one.name).join(', '), expected, next });
  }
  const place = `${input.name}: ${input.type} [${input.dims.map((dim) => dim ?? '?').join(', ')}]`;
  if (input.dims.length !== 4 || input.type !== 'float32') throw fail('model-input', 'The model does not take a batch of pictures', { place, expected, next });
  const [batch, channels, height, width] = input.dims;
  if (typeof channels === 'number' && channels !== 3) throw fail('model-input', `The model takes pictures of ${channels} channels`, { place, expected, next });
  const notes: string[] = [];
  const side = imageSide(graph) ?? 224;
  const size = [height, width].map((dim) => (typeof dim === 'number' ? dim : side));
  if (typeof height !== 'number' || typeof width !== 'number') notes.push(`The model leaves the image size open; it is run at ${size[0]} x ${size[1]}`);
  const images = typeof batch === 'number' ? batch : 1;
  if (images > 1) notes.push(`The model was exported for batches of ${images}`);
  return { dims: [images, 3, size[0], size[1]], notes };
}
