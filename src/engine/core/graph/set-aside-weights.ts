/** Large weights taken out of a graph while its shapes are worked on, and put back afterwards. */
import type { Graph, Tensor } from './types';

/** Below this many elements a constant may take part in shape arithmetic or folding and stays. */
const large = 65_536;
const productOps = new Set(['MatMul', 'Gemm', 'Conv']);

export interface WithoutWeights {
  /** Its large weights are graph inputs, after the graph's own. */
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** Turns each large float32 constant that is read only as the weight of a MatMul, Gemm or Conv into a graph input: nothing would be folded into it. */
export function setAsideWeights(graph: Graph): WithoutWeights {
  const kept = new Set(graph.outputs.map((output) => output.name));
  const candidates = new Set<string>();
  for (const node of graph.nodes) {
    // A sub-graph may read any constant by name.
    if ([...node.attributes.values()].some((attribute) => attribute.kind === 'opaque')) return { graph, weights: new Map() };
    node.inputs.forEach((input, position) => (productOps.has(node.opType) && position === 1 ? candidates : kept).add(input));
  }
  const weights = new Map([...graph.initializers].filter(([name, tensor]) => tensor.type === 'float32' && tensor.data.length >= large && candidates.has(name) && !kept.has(name)));
  const inputs = [...weights].map(([name, tensor]) => ({ name, type: tensor.type, dims: tensor.dims }));
  return {
    weights,
    graph: { ...graph, inputs: [...graph.inputs, ...inputs], initializers: new Map([...graph.initializers].filter(([name]) => !weights.has(name))) },
  };
}

/** The inverse, on a graph in which the weights kept their names. */
export function putBackWeights({ graph, weights }: WithoutWeights): Graph {
  return { ...graph, inputs: graph.inputs.filter((input) => !weights.has(input.name)), initializers: new Map([...graph.initializers, ...weights]) };
}
