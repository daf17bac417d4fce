/**
 * Operands as uint8 codes. A quantiser acts on each element alone, so it may stand before whatever only moves elements (Transpose, the split
 * of qkv, Swin's roll and windows): the bytes that are moved are then a quarter, and q, k and v become codes in one pass.
 */
import { levelCountOf } from '../../kernels/uniform-parameters';
import type { GraphEdit } from '../edit';
import { simpleNode } from '../edit';
import { intsAttribute } from '../node-values';
import type { Attribute, Graph, GraphNode } from '../types';
import { movedInputs, partOf, type Part } from './data-movement';

/** A per-tensor grid with a zero point that fits a byte. */
export interface CodeGrid {
  readonly delta: number;
  readonly zeroPoint: number;
  readonly bits: number;
}

export interface CodeRequest {
  /** Tensor of the float graph. */
  readonly tensor: string;
  readonly grid: CodeGrid;
}

interface Maker {
  readonly node: GraphNode;
  readonly output: number;
}

/** Where three operands are cut out of one tensor. */
interface SharedCut {
  readonly tensor: string;
  readonly axis: number;
  readonly count: number;
}

export class CodeTensors {
  private readonly makers: ReadonlyMap<string, Maker>;
  private nodes: GraphNode[] = [];
  private made = 0;

  constructor(private readonly graph: Graph, private readonly edit: GraphEdit) {
    this.makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name, output) => [name, { node, output }] as const)));
  }

  /** Nodes made since the last call, in order, for the caller to insert. */
  takeNodes(): GraphNode[] {
    const taken = this.nodes;
    this.nodes = [];
    return taken;
  }

  /** Codes of one operand; the name of a uint8 tensor of its shape. */
  codes({ tensor, grid }: CodeRequest): string {
    const whole = this.sources(tensor, true);
    const choosing = this.size([...whole]) <= this.size([tensor]);
    return this.emit(tensor, choosing, (source) => this.quantize(source, grid), new Map());
  }

  /**
   * Codes of operands that are equal parts of one tensor along one axis (q, k and v of one Linear), by one quantiser with a grid per part.
   * Null when they are not: then `codes` does each alone.
   */
  sharedCodes(requests: readonly CodeRequest[]): string[] | null {
    const first = requests[0];
    if (first === undefined || requests.some(({ grid }) => grid.bits !== first.grid.bits)) return null;
    const parts = requests.map(({ tensor }) => this.findPart(tensor));
    const lowest = sameCut(parts, requests.length);
    if (lowest === null) return null;
    const cut = this.beforeTransposes(lowest);
    const grids: CodeGrid[] = [];
    for (const [index, found] of parts.entries()) grids[found?.part.index ?? 0] = requests[index].grid;
    const done = new Map([[cut.tensor, this.quantizeParts(cut, grids)]]);
    // What lies between the cut tensor and the operands is the same movement, now on bytes.
    return requests.map(({ tensor }) => this.emit(tensor, true, (source) => source, done));
  }

  /** The tensors that `tensor` is moved from. `choosing`: also through what takes parts. */
  private sources(tensor: string, choosing: boolean): Set<string> {
    const inputs = this.movement(tensor, choosing);
    return inputs === null ? new Set([tensor]) : new Set(inputs.flatMap((input) => [...this.sources(input, choosing)]));
  }

  private movement(tensor: string, choosing: boolean): string[] | null {
    const maker = this.makers.get(tensor);
    if (maker === undefined) return null;
    const chooses = ['Slice', 'Split', 'Gather', 'Concat'].includes(maker.node.opType);
    if (chooses && !choosing) return null;
    return movedInputs(this.graph, maker.node)?.map((position) => maker.node.inputs[position]) ?? null;
  }

  private size(tensors: readonly string[]): number {
    return tensors.reduce((sum, tensor) => sum + this.edit.shape(tensor).reduce((product, dim) => product * dim, 1), 0);
  }

  /** Repeats the movement behind `tensor` on codes; `leaf` makes the codes of what is not moved. */
  private emit(tensor: string, choosing: boolean, leaf: (source: string) => string, done: Map<string, string>): string {
    const known = done.get(tensor);
    if (known !== undefined) return known;
    const maker = this.makers.get(tensor);
    const moved = this.movement(tensor, choosing);
    if (maker === undefined || moved === null) {
      const codes = leaf(tensor);
      done.set(tensor, codes);
      return codes;
    }
    const positions = movedInputs(this.graph, maker.node) ?? [];
    const inputs = maker.node.inputs.map((input, position) => (positions.includes(position) ? this.emit(input, choosing, leaf, done) : input));
    const tag = this.tag();
    const outputs = maker.node.outputs.map((output) => `${output}/codes${tag}`);
    for (const [index, output] of maker.node.outputs.entries()) {
      this.edit.setShape(outputs[index], this.edit.shape(output));
      done.set(output, outputs[index]);
    }
    // Before opset 18 a Pad of bytes wants its value as bytes too; all pads are zero, so nothing is filled in.
    const kept = maker.node.opType === 'Pad' ? [inputs[0], inputs[1]] : inputs;
    this.nodes.push({ ...maker.node, name: outputs[0], inputs: kept, outputs });
    return outputs[maker.output];
  }

  private quantize(tensor: string, { delta, zeroPoint, bits }: CodeGrid): string {
    const name = `${tensor}/codes${this.tag()}`;
    const step = this.edit.addConstant(`${name}/delta`, { type: 'float32', dims: [], data: Float32Array.of(delta) });
    const zero = this.edit.addConstant(`${name}/zero`, { type: 'uint8', dims: [], data: Uint8Array.of(zeroPoint) });
    return this.clipped(name, bits, this.edit.shape(tensor), simpleNode('QuantizeLinear', [tensor, step, zero], name));
  }

  /** One grid per part. The parts become an axis of their own: ONNX Runtime is slow where a grid lasts for a few elements only. */
  private quantizeParts({ tensor, axis, count }: SharedCut, grids: readonly CodeGrid[]): string {
    const name = `${tensor}/codes${this.tag()}`;
    const shape = this.edit.shape(tensor);
    const apart = [...shape.slice(0, axis), count, shape[axis] / count, ...shape.slice(axis + 1)];
    const step = this.edit.addConstant(`${name}/delta`, { type: 'float32', dims: [count], data: Float32Array.from(grids, ({ delta }) => delta) });
    const zero = this.edit.addConstant(`${name}/zero`, { type: 'uint8', dims: [count], data: Uint8Array.from(grids, ({ zeroPoint }) => zeroPoint) });
    const attributes = new Map<string, Attribute>([['axis', { kind: 'int', value: BigInt(axis) }]]);
    const whole = shape[axis] === count ? tensor : this.reshape(tensor, `${name}/apart`, apart);
    const codes = this.clipped(name, grids[0].bits, apart, { ...simpleNode('QuantizeLinear', [whole, step, zero], name), attributes });
    return whole === tensor ? codes : this.reshape(codes, `${name}/together`, shape);
  }

  private reshape(tensor: string, name: string, shape: readonly number[]): string {
    const dims = this.edit.addConstant(`${name}/shape`, { type: 'int64', dims: [shape.length], data: BigInt64Array.from(shape, BigInt) });
    this.nodes.push(simpleNode('Reshape', [tensor, dims], name));
    this.edit.setShape(name, shape);
    return name;
  }

  /** Bytes end at 0 by themselves; the top code of fewer than 8 bits is a Clip. */
  private clipped(name: string, bits: number, shape: readonly number[], quantize: GraphNode): string {
    this.nodes.push(quantize);
    this.edit.setShape(name, shape);
    const top = levelCountOf(bits) - 1;
    if (top === 255) return name;
    const clipped = `${name}/clipped`;
    const bound = (suffix: string, value: number): string => this.edit.addConstant(`${name}/${suffix}`, { type: 'uint8', dims: [], data: Uint8Array.of(value) });
    this.nodes.push(simpleNode('Clip', [name, bound('first', 0), bound('last', top)], clipped));
    this.edit.setShape(clipped, shape);
    return clipped;
  }

  /** The node that takes `tensor` as one of equal parts out of a larger one, seen through pure movement. */
  private findPart(tensor: string): { tensor: string; part: Part } | null {
    const maker = this.makers.get(tensor);
    if (maker === undefined) return null;
    const source = maker.node.inputs[0];
    if (['Slice', 'Split', 'Gather'].includes(maker.node.opType)) {
      const part = partOf(this.graph, maker.node, maker.output, this.edit.shape(source));
      return part === null ? null : { tensor: source, part };
    }
    return this.movement(tensor, false) === null ? null : this.findPart(source);
  }

  private beforeTransposes(cut: SharedCut): SharedCut {
    const node = this.makers.get(cut.tensor)?.node;
    const perm = node?.opType === 'Transpose' ? intsAttribute(node, 'perm') : null;
    return node === undefined || perm === null ? cut : this.beforeTransposes({ ...cut, tensor: node.inputs[0], axis: perm[cut.axis] });
  }

  private tag(): string {
    return `${this.made++}`;
  }
}

function sameCut(parts: readonly ({ tensor: string; part: Part } | null)[], count: number): SharedCut | null {
  const first = parts[0];
  if (first === null || first === undefined || first.part.count !== count) return null;
  const same = parts.every((found) => found !== null && found.tensor === first.tensor && found.part.axis === first.part.axis && found.part.count === count);
  const distinct = new Set(parts.map((found) => found?.part.index)).size === count;
  return same && distinct ? { tensor: first.tensor, axis: first.part.axis, count } : null;
}
