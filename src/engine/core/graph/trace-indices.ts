/**
 * Where values go through operators that only move them: integers instead of values are sent through the graph.
 * However an exporter spells a window partition or a cyclic shift, its effect is read off the result.
 */
import { product } from './infer-shapes';
import type { GraphIndex } from './graph-index';
import { constantIntegers, intAttribute, intsAttribute, positiveAxis } from './node-values';
import { sliceRanges } from './slice-ranges';
import type { Graph, GraphNode } from './types';

interface Traced {
  readonly dims: readonly number[];
  readonly data: Int32Array;
}

/** Marks an element that does not come from the source: padding, or a constant. */
export const fromElsewhere = -1;

/**
 * For each element of tensor `to`, its index in tensor `from`; null when the way between them does more than move values.
 */
export function traceIndices(graph: Graph, index: GraphIndex, from: string, to: string): Int32Array | null {
  const start = index.shapes.get(from);
  if (start === undefined) return null;
  const known = new Map<string, Traced | null>([[from, { dims: start, data: Int32Array.from({ length: product(start) }, (_, i) => i) }]]);
  const find = (name: string): Traced | null => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const node = index.producers.get(name);
    const traced = node === undefined ? null : moved(graph, index, node, name, find);
    known.set(name, traced);
    return traced;
  };
  return find(to)?.data ?? null;
}

function moved(graph: Graph, index: GraphIndex, node: GraphNode, name: string, find: (name: string) => Traced | null): Traced | null {
  const dims = index.shapes.get(name);
  if (dims === undefined) return null;
  if (node.opType === 'Concat') {
    const parts = node.inputs.map((input) => (graph.initializers.has(input) ? constantPart(index, input) : find(input)));
    return parts.some((part) => part === null) ? null : concatenated(parts.filter((part) => part !== null), positiveAxis(intAttribute(node, 'axis', 0), dims.length), dims);
  }
  if (!['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout', 'Transpose', 'Slice', 'Split', 'Gather', 'Pad'].includes(node.opType)) return null;
  const x = find(node.inputs[0]);
  if (x === null) return null;
  switch (node.opType) {
    case 'Transpose': return transposed(x, intsAttribute(node, 'perm') ?? x.dims.map((_, i) => x.dims.length - 1 - i));
    case 'Slice': {
      const ranges = sliceRanges(graph, node, x.dims);
      if (ranges === null) return null;
      return ranges.reduce<Traced>((part, { axis, start, step, count }) => taken(part, axis, Array.from({ length: count }, (_, i) => start + i * step)), x);
    }
    case 'Split': {
      const axis = positiveAxis(intAttribute(node, 'axis', 0), x.dims.length);
      const sizes = node.outputs.map((output) => index.shapes.get(output)?.[axis] ?? 0);
      const start = sizes.slice(0, node.outputs.indexOf(name)).reduce((sum, size) => sum + size, 0);
      return taken(x, axis, Array.from({ length: dims[axis] }, (_, i) => start + i));
    }
    case 'Gather': {
      const positions = constantIntegers(graph, node, 1);
      if (positions === null) return null;
      const axis = positiveAxis(intAttribute(node, 'axis', 0), x.dims.length);
      return { dims, data: taken(x, axis, positions.map((at) => positiveAxis(at, x.dims[axis]))).data };
    }
    case 'Pad': {
      const pads = constantIntegers(graph, node, 1) ?? intsAttribute(node, 'pads') ?? [];
      return x.dims.reduce<Traced>((part, size, axis) => taken(part, axis, Array.from({ length: size + pads[axis] + pads[axis + x.dims.length] }, (_, i) => i - pads[axis])), x);
    }
    default: return { dims, data: x.data };
  }
}

function constantPart(index: GraphIndex, name: string): Traced {
  const dims = index.shapes.get(name) ?? [];
  return { dims, data: new Int32Array(product(dims)).fill(fromElsewhere) };
}

/** The given positions along an axis; positions outside of it come from elsewhere. */
function taken(x: Traced, axis: number, positions: readonly number[]): Traced {
  const size = x.dims[axis];
  if (positions.length === size && positions.every((at, i) => at === i)) return x;
  const outer = product(x.dims.slice(0, axis));
  const inner = product(x.dims.slice(axis + 1));
  const data = new Int32Array(outer * positions.length * inner).fill(fromElsewhere);
  for (let o = 0; o < outer; o++) {
    for (let p = 0; p < positions.length; p++) {
      const at = positions[p];
      if (at < 0 || at >= size) continue;
      const source = (o * size + at) * inner;
      data.set(x.data.subarray(source, source + inner), (o * positions.length + p) * inner);
    }
  }
  return { dims: x.dims.map((dim, i) => (i === axis ? positions.length : dim)), data };
}

function concatenated(parts: readonly Traced[], axis: number, dims: readonly number[]): Traced {
  const outer = product(dims.slice(0, axis));
  const data = new Int32Array(product(dims));
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const part of parts) {
      const row = part.data.length / outer;
      data.set(part.data.subarray(o * row, (o + 1) * row), at);
      at += row;
    }
  }
  return { dims, data };
}

/** Trailing axes that stay in place are copied as one run. */
function transposed(x: Traced, perm: readonly number[]): Traced {
  const rank = perm.length;
  let fixed = rank;
  while (fixed > 0 && perm[fixed - 1] === fixed - 1) fixed--;
  const run = product(x.dims.slice(fixed));
  const dims = perm.map((axis) => x.dims[axis]);
  const strides = perm.map((axis) => product(x.dims.slice(axis + 1)));
  const data = new Int32Array(x.data.length);
  const at = new Array<number>(fixed).fill(0);
  let source = 0;
  for (let target = 0; target < data.length; target += run) {
    data.set(x.data.subarray(source, source + run), target);
    for (let axis = fixed - 1; axis >= 0; axis--) {
      source += strides[axis];
      if (++at[axis] < dims[axis]) break;
      source -= strides[axis] * dims[axis];
      at[axis] = 0;
    }
  }
  return { dims, data };
}
