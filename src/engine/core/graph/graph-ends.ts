/** The one input and the one output of an imported graph. */
import { fail } from '../../../shared/failure';
import type { Graph } from './types';

export interface GraphEnd {
  readonly name: string;
  readonly dims: readonly number[];
}

/**
 * The input at its fixed shape [batch, channels, height, width].
 * @throws EngineError model-input when the graph has no input, or one of open shape
 */
export function graphInput(graph: Graph): GraphEnd {
  const input = graph.inputs[0];
  const dims = input?.dims.filter((dim): dim is number => typeof dim === 'number') ?? [];
  if (input === undefined || dims.length !== input.dims.length) throw fail('model-input', 'The graph has no input of fixed shape', { place: input?.name ?? 'graph input' });
  return { name: input.name, dims };
}

/** The name of the output with the logits. */
export function graphOutput(graph: Graph): string {
  const output = graph.outputs[0];
  if (output === undefined) throw fail('model-unreadable', 'The model has no output', { expected: 'logits [batch, classes]', next: 'Export the model again' });
  return output.name;
}

/** The batch size that the graph's input is fixed at. */
export function graphBatch(graph: Graph): number {
  return graphInput(graph).dims[0];
}
