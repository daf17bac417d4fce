/** The same network under random names and in random order: nothing but structure is left. */
import { createRandom } from '../../src/engine/core/random/random';
import type { Graph } from '../../src/engine/core/graph/types';

/** Every tensor and node gets a random name, nodes and initializers a random (not topological) order. */
export function scrambleGraph(graph: Graph, seed: number): Graph {
  const random = createRandom(seed);
  const names = new Map<string, string>([['', '']]);
  const rename = (name: string): string => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const fresh = `t${random.int(2 ** 32).toString(36)}${names.size}`;
    names.set(name, fresh);
    return fresh;
  };
  const shuffle = <T>(items: Iterable<T>): T[] => [...items].map((item) => ({ item, key: random.uniform() })).sort((a, b) => a.key - b.key).map(({ item }) => item);
  return {
    ...graph,
    nodes: shuffle(graph.nodes).map((node) => ({ ...node, name: rename(`node ${node.outputs[0] ?? ''}`), inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })),
    initializers: new Map(shuffle(graph.initializers).map(([name, tensor]) => [rename(name), tensor])),
    inputs: graph.inputs.map((value) => ({ ...value, name: rename(value.name) })),
    outputs: graph.outputs.map((value) => ({ ...value, name: rename(value.name) })),
    shapes: new Map(),
  };
}
