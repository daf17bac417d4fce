/** Reading attributes and constant inputs of a node. */
import type { Graph, GraphNode, Tensor } from './types';

/** An integer attribute, or the operator's default. */
export function intAttribute(node: GraphNode, name: string, fallback: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? Number(attribute.value) : fallback;
}

export function floatAttribute(node: GraphNode, name: string, fallback: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : fallback;
}

export function stringAttribute(node: GraphNode, name: string, fallback: string): string {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value : fallback;
}

/** A list-of-integers attribute; null when the node does not have it. */
export function intsAttribute(node: GraphNode, name: string): readonly number[] | null {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value.map(Number) : null;
}

/** The elements of an integer tensor; INT64_MAX and its like lose precision, which open ends of slices may. */
export function integers(tensor: Tensor): readonly number[] {
  return Array.from(tensor.data as Iterable<number | bigint>, Number);
}

/** A constant integer input by position; null when it is absent or not constant. */
export function constantIntegers(graph: Pick<Graph, 'initializers'>, node: GraphNode, position: number): readonly number[] | null {
  const name = node.inputs[position];
  const tensor = name === undefined || name === '' ? undefined : graph.initializers.get(name);
  return tensor === undefined ? null : integers(tensor);
}

/** Axes, steps or splits: an input since some opset, an attribute before; null when absent. */
export function integerList(graph: Pick<Graph, 'initializers'>, node: GraphNode, position: number, attribute: string): readonly number[] | null {
  return constantIntegers(graph, node, position) ?? intsAttribute(node, attribute);
}

/** The value of a constant with a single element; null when it is not one. */
export function scalarConstant(graph: Pick<Graph, 'initializers'>, name: string): number | null {
  const tensor = graph.initializers.get(name);
  return tensor !== undefined && tensor.data.length === 1 ? Number(tensor.data[0]) : null;
}

/** A negative axis counts from the end. */
export function positiveAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
