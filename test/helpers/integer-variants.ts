/** Other spellings of one network around the quantisers of q, k and v. All expect a graph of `buildVit` or `buildSwin`. */
import type { Attribute, Graph, GraphNode, Tensor } from '../../src/engine/core/graph/types';

const int = (value: number): Attribute => ({ kind: 'int', value: BigInt(value) });
const integers = (...values: number[]): Tensor => ({ type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });

/** The scale of q behind q.kT, as ViT had it once. */
export function scaleAfterScores(graph: Graph): Graph {
  const scales = new Map(graph.nodes.filter(({ opType, inputs }) => opType === 'Mul' && inputs[1]?.endsWith('.attn.scale') === true).map((node) => [node.outputs[0] ?? '', node]));
  const nodes = graph.nodes.flatMap((node): GraphNode[] => {
    if (scales.has(node.outputs[0] ?? '')) return [];
    const scale = node.opType === 'MatMul' ? scales.get(node.inputs[0] ?? '') : undefined;
    if (scale === undefined) return [node];
    const raw = `${node.outputs[0] ?? ''}/raw`;
    return [
      { ...node, inputs: [scale.inputs[0] ?? '', ...node.inputs.slice(1)], outputs: [raw] },
      { ...scale, inputs: [raw, ...scale.inputs.slice(1)], outputs: node.outputs },
    ];
  });
  return { ...graph, nodes };
}

/** q, k and v by one Split and a Squeeze each, in place of three Gathers. */
export function splitInThree(graph: Graph): Graph {
  const initializers = new Map(graph.initializers).set('split.axis', integers(2));
  const whole = new Set<string>();
  const nodes = graph.nodes.flatMap((node): GraphNode[] => {
    const source = node.inputs[0] ?? '';
    if (!isPart(node)) return [node];
    const part = Number(graph.initializers.get(node.inputs[1] ?? '')?.data[0]);
    const squeeze: GraphNode = { ...node, opType: 'Squeeze', inputs: [`${source}/part${part}`, 'split.axis'], attributes: new Map() };
    if (whole.has(source)) return [squeeze];
    whole.add(source);
    const split: GraphNode = { name: `${source}/Split`, opType: 'Split', domain: '', inputs: [source], outputs: [0, 1, 2].map((index) => `${source}/part${index}`), attributes: new Map([['axis', int(2)]]) };
    return [split, squeeze];
  });
  return { ...graph, nodes, initializers };
}

/** q, k and v sliced off the Linear's output, each reshaped to heads by itself. */
export function sliceInThree(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0] ?? '', node]));
  const nodes = graph.nodes.flatMap((node): GraphNode[] => {
    if (!isPart(node)) return [node];
    const reshape = makers.get(node.inputs[0] ?? '');
    const shape = Array.from(initializers.get(reshape?.inputs[1] ?? '')?.data ?? [], Number);
    const [groups = 0, tokens = 0, , heads = 0, headDim = 0] = shape;
    const dim = heads * headDim;
    const part = Number(initializers.get(node.inputs[1] ?? '')?.data[0]);
    const own = `${node.outputs[0] ?? ''}/slice`;
    initializers.set(`${own}.from`, integers(part * dim)).set(`${own}.to`, integers((part + 1) * dim)).set(`${own}.axis`, integers(1)).set(`${own}.shape`, integers(groups, tokens, heads, headDim));
    return [
      { name: own, opType: 'Slice', domain: '', inputs: [reshape?.inputs[0] ?? '', `${own}.from`, `${own}.to`, `${own}.axis`], outputs: [own], attributes: new Map() },
      { name: `${own}/heads`, opType: 'Reshape', domain: '', inputs: [own, `${own}.shape`], outputs: node.outputs, attributes: new Map() },
    ];
  });
  return { ...graph, nodes, initializers };
}

/** Pictures of another side under the same number of patches: pixels are left out at the border, or between those that a patch takes. */
export function looserPatches(graph: Graph, side: number, dilation: number): Graph {
  const dilations: Attribute = { kind: 'ints', value: [BigInt(dilation), BigInt(dilation)] };
  return {
    ...graph,
    inputs: graph.inputs.map((input) => ({ ...input, dims: [1, 3, side, side] })),
    nodes: graph.nodes.map((node) => (node.opType === 'Conv' ? { ...node, attributes: new Map([...node.attributes, ['dilations', dilations]]) } : node)),
  };
}

function isPart({ opType, attributes }: GraphNode): boolean {
  const axis = attributes.get('axis');
  return opType === 'Gather' && axis?.kind === 'int' && axis.value === 2n;
}
