/** Graph -> ONNX bytes. Weights are copied once, as whole arrays. */
import type { Attribute, Graph, GraphNode, Tensor, ValueInfo } from '../graph/types';
import { elementFormats } from './element-types';
import { join, MessageWriter, type Pieces } from './wire';

/** Writes an ONNX model with all weights inside (raw_data). Costs one copy of the weights. */
export function writeModel(graph: Graph): Uint8Array<ArrayBuffer> {
  const model = new MessageWriter().int(1, graph.irVersion).text(2, 'BitLog2 Workbench');
  for (const { domain, version } of graph.opsets) model.message(8, new MessageWriter().text(1, domain).int(2, version).finish());
  for (const [key, value] of graph.metadata) model.message(14, entry(key, value));
  for (const bytes of graph.functions ?? []) model.bytes(25, bytes);
  return join(model.message(7, graphMessage(graph)).finish());
}

function graphMessage(graph: Graph): Pieces {
  const message = new MessageWriter();
  for (const node of graph.nodes) message.message(1, nodeMessage(node));
  message.text(2, graph.name);
  for (const [name, tensor] of graph.initializers) message.message(5, tensorMessage(tensor, name));
  for (const input of graph.inputs) message.message(11, valueInfo(input));
  for (const output of graph.outputs) message.message(12, valueInfo(output));
  return message.finish();
}

function nodeMessage(node: GraphNode): Pieces {
  const message = new MessageWriter();
  for (const input of node.inputs) message.text(1, input);
  for (const output of node.outputs) message.text(2, output);
  message.text(3, node.name).text(4, node.opType);
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind === 'opaque') message.bytes(5, attribute.value);
    else message.message(5, attributeMessage(name, attribute));
  }
  return message.text(7, node.domain).finish();
}

/** Fields of AttributeProto, and after the value its AttributeType (field 20). */
function attributeMessage(name: string, attribute: Exclude<Attribute, { kind: 'opaque' }>): Pieces {
  const message = new MessageWriter().text(1, name);
  switch (attribute.kind) {
    case 'float': message.float(2, attribute.value).int(20, 1); break;
    case 'int': message.int(3, attribute.value).int(20, 2); break;
    case 'string': message.text(4, attribute.value).int(20, 3); break;
    case 'tensor': message.message(5, tensorMessage(attribute.value, '')).int(20, 4); break;
    case 'floats': for (const value of attribute.value) message.float(7, value); message.int(20, 6); break;
    case 'ints': for (const value of attribute.value) message.int(8, value); message.int(20, 7); break;
    case 'strings': for (const value of attribute.value) message.text(9, value); message.int(20, 8); break;
  }
  return message.finish();
}

function tensorMessage(tensor: Tensor, name: string): Pieces {
  const { data } = tensor;
  const message = new MessageWriter();
  for (const dim of tensor.dims) message.int(1, dim);
  return message.int(2, elementFormats[tensor.type].code).text(8, name).bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).finish();
}

function valueInfo(value: ValueInfo): Pieces {
  const shape = new MessageWriter();
  for (const dim of value.dims) {
    const message = new MessageWriter();
    if (typeof dim === 'number') message.int(1, dim);
    else if (dim !== null) message.text(2, dim);
    shape.message(1, message.finish());
  }
  const tensor = new MessageWriter().int(1, elementFormats[value.type].code).message(2, shape.finish()).finish();
  return new MessageWriter().text(1, value.name).message(2, new MessageWriter().message(1, tensor).finish()).finish();
}

function entry(key: string, value: string): Pieces {
  return new MessageWriter().text(1, key).text(2, value).finish();
}
