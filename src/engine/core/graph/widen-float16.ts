/** Half-precision models as float32 ones: the same weights, the casts between the two gone wide. */
import { elementCount } from '../onnx/element-types';
import type { Attribute, Graph, Tensor, ValueInfo } from './types';

const float32Code = 1n;
const float16Code = 10n;

/** The graph with every float16 weight, constant, cast, input and output as float32; the same graph when there is none. */
export function widenFloat16(graph: Graph): Graph {
  if (!holdsFloat16(graph)) return graph;
  const wideValue = (value: ValueInfo): ValueInfo => (value.type === 'float16' ? { ...value, type: 'float32' } : value);
  return {
    ...graph,
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, widenTensor(tensor)])),
    inputs: graph.inputs.map(wideValue), outputs: graph.outputs.map(wideValue),
    nodes: graph.nodes.map((node) => ({ ...node, attributes: new Map([...node.attributes].map(([name, attribute]) => [name, widenAttribute(node.opType, name, attribute)])) })),
  };
}

function holdsFloat16(graph: Graph): boolean {
  return [...graph.initializers.values()].some((tensor) => tensor.type === 'float16') || graph.inputs.some((input) => input.type === 'float16')
    || graph.nodes.some((node) => [...node.attributes.values()].some((attribute) => attribute.kind === 'tensor' && attribute.value.type === 'float16'));
}

/** The element type that a Cast goes to, or that a generator makes, is an integer attribute. */
function widenAttribute(opType: string, name: string, attribute: Attribute): Attribute {
  if (attribute.kind === 'tensor') return { kind: 'tensor', value: widenTensor(attribute.value) };
  const isType = (opType === 'Cast' && name === 'to') || name === 'dtype';
  return isType && attribute.kind === 'int' && attribute.value === float16Code ? { kind: 'int', value: float32Code } : attribute;
}

function widenTensor(tensor: Tensor): Tensor {
  if (tensor.type !== 'float16') return tensor;
  const data = new Float32Array(elementCount(tensor.dims));
  for (let i = 0; i < data.length; i++) data[i] = halfToNumber(Number(tensor.data[i]));
  return { type: 'float32', dims: tensor.dims, data };
}

/** IEEE 754 binary16: one sign bit, five exponent bits, ten mantissa bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}
