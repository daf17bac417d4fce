/** What a Slice node cuts, per axis. */
import { constantIntegers, integerList, intsAttribute, positiveAxis } from './node-values';
import type { Graph, GraphNode } from './types';

export interface SliceRange {
  readonly axis: number;
  /** First element taken. */
  readonly start: number;
  readonly step: number;
  /** Elements taken. */
  readonly count: number;
}

/** Resolves starts, ends, axes and steps (inputs, or attributes before opset 10) against the input's dims; null when they are not constant. */
export function sliceRanges(graph: Pick<Graph, 'initializers'>, node: GraphNode, dims: readonly number[]): readonly SliceRange[] | null {
  const starts = constantIntegers(graph, node, 1) ?? intsAttribute(node, 'starts');
  const ends = constantIntegers(graph, node, 2) ?? intsAttribute(node, 'ends');
  if (starts === null || ends === null) return null;
  const axes = integerList(graph, node, 3, 'axes') ?? starts.map((_, i) => i);
  const steps = constantIntegers(graph, node, 4) ?? starts.map(() => 1);
  return starts.map((from, i) => {
    const axis = positiveAxis(axes[i], dims.length);
    const size = dims[axis];
    const step = steps[i];
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const clamp = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, low), high);
    const start = clamp(from);
    return { axis, start, step, count: Math.max(0, Math.ceil((clamp(ends[i]) - start) / step)) };
  });
}
