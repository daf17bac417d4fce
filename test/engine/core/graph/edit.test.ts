import { describe, expect, it } from 'vitest';
import { GraphEdit, simpleNode } from '../../../../src/engine/core/graph/edit';
import type { Graph } from '../../../../src/engine/core/graph/types';

const graph: Graph = {
  name: 'g', opsets: [], irVersion: 8, metadata: new Map(),
  inputs: [{ name: 'x', type: 'float32', dims: [2] }], outputs: [{ name: 'z', type: 'float32', dims: [2] }],
  initializers: new Map([['w', { type: 'float32', dims: [2], data: Float32Array.of(1, 2) }]]),
  nodes: [simpleNode('Mul', ['x', 'w'], 'y'), simpleNode('Mul', ['y', 'w'], 'z')],
  shapes: new Map([['x', [2]], ['y', [2]], ['z', [2]]]),
};

describe('GraphEdit', () => {
  it('replaces one reader of a shared constant and leaves the other, and the original graph, alone', () => {
    const edit = new GraphEdit(graph);
    edit.setInput('z', 1, edit.addFloats('w2', [2], Float32Array.of(3, 4)));
    const edited = edit.finish();
    expect(edited.nodes.map((node) => node.inputs)).toEqual([['x', 'w'], ['y', 'w2']]);
    expect([...edited.initializers.keys()]).toEqual(['w', 'w2']);
    expect(graph.nodes[1]?.inputs).toEqual(['y', 'w']);
  });

  it('drops constants that nothing reads any more', () => {
    const edit = new GraphEdit(graph);
    for (const node of ['y', 'z']) edit.setInput(node, 1, 'new');
    edit.addFloats('new', [2], new Float32Array(2));
    expect([...edit.finish().initializers.keys()]).toEqual(['new']);
  });

  it('puts nodes in front of and behind a node in running order', () => {
    const edit = new GraphEdit(graph);
    edit.insertBefore('z', [simpleNode('Round', ['y'], 'y/r')], [2]);
    edit.setInput('z', 0, 'y/r');
    edit.insertAfter('z', 'z/product', [simpleNode('Add', ['z/product', 'w'], 'z')]);
    expect(edit.finish().nodes.map((node) => [node.opType, ...node.inputs, node.outputs[0]])).toEqual([
      ['Mul', 'x', 'w', 'y'], ['Round', 'y', 'y/r'], ['Mul', 'y/r', 'w', 'z/product'], ['Add', 'z/product', 'w', 'z'],
    ]);
  });

  it('puts several nodes in place of one, which must make the same output', () => {
    const edit = new GraphEdit(graph);
    edit.replace('y', [simpleNode('Round', ['x'], 'y/r'), simpleNode('Mul', ['y/r', edit.addConstant('two', { type: 'float32', dims: [], data: Float32Array.of(2) })], 'y')]);
    edit.setShape('y/r', [2]);
    const edited = edit.finish();
    expect(edited.nodes.map((node) => node.outputs[0])).toEqual(['y/r', 'y', 'z']);
    expect([...edited.initializers.keys()]).toEqual(['w', 'two']);
    expect([edit.shape('y/r'), edit.shape('w'), edit.shape('two')]).toEqual([[2], [2], []]);
    expect(() => edit.shape('elsewhere')).toThrow('the shape of the tensor elsewhere is unknown');
    expect(() => edit.replace('z', [simpleNode('Round', ['y'], 'z/r')])).toThrow('nothing in place of z makes z');
  });

  it('refuses two nodes that write one tensor', () => {
    const edit = new GraphEdit(graph);
    edit.insertBefore('z', [simpleNode('Round', ['x'], 'y')], [2]);
    expect(() => edit.finish()).toThrow('Two nodes of the graph write the same tensor');
  });

  it('keeps running order when the second of two readers got the node in front that both read', () => {
    const edit = new GraphEdit({ ...graph, nodes: [simpleNode('Mul', ['x', 'w'], 'a'), simpleNode('Mul', ['x', 'w'], 'b'), simpleNode('Add', ['a', 'b'], 'z')] });
    edit.insertBefore('b', [simpleNode('Round', ['x'], 'x/r')], [2]);
    for (const node of ['a', 'b']) edit.setInput(node, 0, 'x/r');
    expect(edit.finish().nodes.map((node) => node.outputs[0])).toEqual(['x/r', 'a', 'b', 'z']);
  });

  it('never overwrites a constant', () => {
    expect(() => new GraphEdit(graph).addFloats('w', [2], new Float32Array(2))).toThrow('exists already');
  });
});
