/** ONNX bytes -> Graph: ModelProto, GraphProto, NodeProto. */
import { Reader } from 'protobufjs/minimal.js';
import { EngineError, fail } from '../../../shared/failure';
import { sortNodes } from '../graph/sort-nodes';
import type { Attribute, Graph, GraphNode, Tensor, ValueInfo } from '../graph/types';
import { readAttribute } from './read-attribute';
import { readEntry, readTensor, type ExternalData, type TensorSources } from './read-tensor';
import { looksLike } from './sniff';
import { readStaticShape, readValueInfo } from './read-value-info';
import { readBytes, readEnd, readFields, readInt64 } from './wire';

/** `externalData` gives the bytes of a file beside the model, for models with external data; `place`, where each constant's bytes stay. */
export interface ReadOptions extends TensorSources {
  /** For messages only. */
  readonly file?: string;
}

/**
 * Reads an ONNX model. Without `place`, weights are views of `bytes` where they lie aligned, else copies; nodes come out in topological order.
 * @throws EngineError model-unreadable: not ONNX (it says what the file looks like), truncated, external data missing; model-unsupported: element types
 */
export function readModel(bytes: Uint8Array, options: ReadOptions = {}): Graph {
  const file = options.file === undefined ? {} : { file: options.file };
  try {
    return readModelProto(bytes, options.externalData === undefined ? options : { ...options, externalData: readOnce(options.externalData) });
  } catch (error) {
    if (error instanceof EngineError) throw new EngineError({ ...file, ...error.failure });
    if (!(error instanceof Error)) throw error;
    const kind = looksLike(bytes);
    throw fail('model-unreadable', kind === null ? 'The file is not a complete ONNX model: it may be truncated or damaged' : `The file is not an ONNX model: it looks like ${kind}`, {
      ...file, place: error.message, expected: 'an ONNX model (.onnx), whole', next: kind === null ? 'Copy or download the file again, or export the model again' : 'Choose an .onnx or .safetensors file. Pickled weights are never read, because loading them runs code: save them as safetensors, or export the model to ONNX',
    });
  }
}

/** Hundreds of tensors share one file. */
function readOnce(externalData: ExternalData): ExternalData {
  const files = new Map<string, Uint8Array>();
  return (location) => {
    const file = files.get(location) ?? externalData(location);
    files.set(location, file);
    return file;
  };
}

function readModelProto(bytes: Uint8Array, sources: TensorSources): Graph {
  const reader = new Reader(bytes);
  let irVersion = 0;
  let body: GraphBody | null = null;
  const opsets: { domain: string; version: number }[] = [];
  const metadata = new Map<string, string>();
  const functions: Uint8Array[] = [];
  readFields(reader, reader.len, (field) => {
    switch (field.id) {
      case 1: irVersion = Number(readInt64(reader)); return true;
      case 7: body = readGraph(reader, readEnd(reader), sources); return true;
      case 8: opsets.push(readOpset(reader)); return true;
      case 14: { const [key, value] = readEntry(reader); metadata.set(key, value); return true; }
      case 25: functions.push(readBytes(reader)); return true;
      default: return false;
    }
  });
  // TypeScript does not see assignments made inside the callback.
  const graph = body as GraphBody | null;
  if (graph === null) throw new Error('there is no graph in it');
  if (opsets.length === 0) throw new Error('there is no operator set in it');
  return { ...graph, nodes: sortNodes(graph.nodes), opsets, irVersion, metadata, ...(functions.length > 0 ? { functions } : {}) };
}

function readOpset(reader: Reader): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  readFields(reader, readEnd(reader), (field) => {
    if (field.id === 1) domain = reader.string();
    else if (field.id === 2) version = Number(readInt64(reader));
    else return false;
    return true;
  });
  return { domain: domain === 'ai.onnx' ? '' : domain, version };
}

type GraphBody = Pick<Graph, 'name' | 'nodes' | 'initializers' | 'inputs' | 'outputs' | 'shapes'>;

function readGraph(reader: Reader, end: number, sources: TensorSources): GraphBody {
  let name = '';
  const nodes: GraphNode[] = [];
  const initializers = new Map<string, Tensor>();
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const shapes = new Map<string, readonly number[]>();
  readFields(reader, end, (field) => {
    switch (field.id) {
      case 1: nodes.push(readNode(reader, sources)); return true;
      case 2: name = reader.string(); return true;
      case 5: { const { name: key, tensor } = readTensor(reader, readEnd(reader), sources); initializers.set(key, tensor); return true; }
      case 11: inputs.push(readValueInfo(reader)); return true;
      case 12: outputs.push(readValueInfo(reader)); return true;
      case 13: { const shape = readStaticShape(reader); if (shape !== null) shapes.set(shape.name, shape.dims); return true; }
      default: return false;
    }
  });
  // IR version 3 lists initializers among the inputs, too.
  return { name, nodes, initializers, inputs: inputs.filter((input) => !initializers.has(input.name)), outputs, shapes };
}

function readNode(reader: Reader, sources: TensorSources): GraphNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  let name = '';
  let opType = '';
  let domain = '';
  readFields(reader, readEnd(reader), (field) => {
    switch (field.id) {
      case 1: inputs.push(reader.string()); return true;
      case 2: outputs.push(reader.string()); return true;
      case 3: name = reader.string(); return true;
      case 4: opType = reader.string(); return true;
      case 5: { const [key, value] = readAttribute(reader, sources); attributes.set(key, value); return true; }
      case 7: domain = reader.string(); return true;
      default: return false;
    }
  });
  return { name, opType, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes };
}
