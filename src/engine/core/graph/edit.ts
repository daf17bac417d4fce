/** A graph under edit: nodes looked up by their first output, initialisers only ever added, never changed in place (exporters share them). */
import { sortNodes } from './sort-nodes';
import type { Attribute, Graph, GraphNode, Tensor } from './types';

export class GraphEdit {
  private readonly nodes: Map<string, GraphNode>;
  private readonly before = new Map<string, GraphNode[]>();
  private readonly after = new Map<string, GraphNode[]>();
  private readonly replaced = new Map<string, readonly GraphNode[]>();
  private readonly initializers: Map<string, Tensor>;
  private readonly shapes: Map<string, readonly number[]>;

  constructor(private readonly graph: Graph) {
    this.nodes = new Map(graph.nodes.map((node) => [node.outputs[0], node]));
    this.initializers = new Map(graph.initializers);
    this.shapes = new Map(graph.shapes);
  }

  /** The node whose first output is `id`, as edited so far. Throws when there is none. */
  node(id: string): GraphNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`no node makes the tensor ${id}`);
    return node;
  }

  /** The initialiser called `name`. Throws when there is none. */
  initializer(name: string): Tensor {
    const tensor = this.initializers.get(name);
    if (tensor === undefined) throw new Error(`no initialiser is called ${name}`);
    return tensor;
  }

  /** Static shape of a tensor of the graph, or of one that this edit made. Throws when it is unknown. */
  shape(name: string): readonly number[] {
    const shape = this.shapes.get(name) ?? this.initializers.get(name)?.dims;
    if (shape === undefined) throw new Error(`the shape of the tensor ${name} is unknown`);
    return shape;
  }

  /** Adds a float32 constant under a new name. */
  addFloats(name: string, dims: readonly number[], data: Float32Array): string {
    return this.addConstant(name, { type: 'float32', dims, data });
  }

  /** Adds a constant of any type under a new name. */
  addConstant(name: string, tensor: Tensor): string {
    if (this.initializers.has(name)) throw new Error(`the initialiser ${name} exists already`);
    this.initializers.set(name, tensor);
    return name;
  }

  /** Forgets a constant that this edit added, before the end: for large ones of which another was made. No node may read it in the end. */
  dropConstant(name: string): void {
    if (this.graph.initializers.has(name)) throw new Error(`the initialiser ${name} belongs to the graph`);
    this.initializers.delete(name);
  }

  /** Replaces one input of a node. */
  setInput(id: string, index: number, name: string): void {
    const node = this.node(id);
    const inputs = [...node.inputs];
    while (inputs.length < index) inputs.push('');
    inputs[index] = name;
    this.nodes.set(id, { ...node, inputs });
  }

  /** Changes attributes of a node. */
  setAttribute(id: string, name: string, value: Attribute): void {
    const node = this.node(id);
    this.nodes.set(id, { ...node, attributes: new Map(node.attributes).set(name, value) });
  }

  /** Puts new nodes in front of the node `id`; the shape of each of their outputs is `shape`. */
  insertBefore(id: string, nodes: readonly GraphNode[], shape: readonly number[]): void {
    this.before.set(id, [...(this.before.get(id) ?? []), ...nodes]);
    for (const node of nodes) for (const output of node.outputs) this.shapes.set(output, shape);
  }

  /** Makes the node `id` write `renamed` instead, and puts `nodes` (which make `id` from it) behind it. */
  insertAfter(id: string, renamed: string, nodes: readonly GraphNode[]): void {
    const node = this.node(id);
    this.nodes.set(id, { ...node, outputs: [renamed, ...node.outputs.slice(1)] });
    this.after.set(id, [...(this.after.get(id) ?? []), ...nodes]);
    this.shapes.set(renamed, this.shape(id));
  }

  /** Puts `nodes`, which make the same output, in place of the node `id`. Shapes of new tensors are the caller's to set. */
  replace(id: string, nodes: readonly GraphNode[]): void {
    const { outputs } = this.node(id);
    if (!nodes.some((node) => node.outputs.includes(outputs[0]))) throw new Error(`nothing in place of ${id} makes ${outputs[0]}`);
    this.replaced.set(id, nodes);
  }

  /** Declares the shape of a tensor that will be fed from outside. */
  setShape(name: string, shape: readonly number[]): void {
    this.shapes.set(name, shape);
  }

  /** The edited graph; initialisers that no node reads any more are dropped. */
  finish(): Graph {
    // New nodes stand beside one of their readers, which need not be the first in running order: q, k and v read one quantiser.
    const nodes = sortNodes(this.graph.nodes.flatMap((original) => {
      const id = original.outputs[0];
      return [...(this.before.get(id) ?? []), ...(this.replaced.get(id) ?? [this.node(id)]), ...(this.after.get(id) ?? [])];
    }));
    const used = new Set(nodes.flatMap((node) => node.inputs));
    const initializers = new Map([...this.initializers].filter(([name]) => used.has(name)));
    return { ...this.graph, nodes, initializers, shapes: this.shapes };
  }
}

/** A node without attributes. */
export function simpleNode(opType: string, inputs: readonly string[], output: string): GraphNode {
  return { name: output, opType, domain: '', inputs, outputs: [output], attributes: new Map() };
}
