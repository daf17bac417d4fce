/** Networks put together from a float and a quantised one: the ends are those two, and everything between runs what it says. */
import { describe, expect, it, vi } from 'vitest';
import type { Graph, GraphNode } from '../../../../src/engine/core/graph/types';
import { mixSites } from '../../../../src/engine/core/graph/worlds/mix-sites';
import { siteBranch } from '../../../../src/engine/core/graph/worlds/site-branch';
import { compareWorlds, type Worlds } from '../../../../src/engine/core/graph/worlds/worlds';
import { rewriteFloat } from '../../../../src/engine/core/graph/rewrite';
import type { ImportedModel } from '../../../../src/engine/core/graph/types';
import { rewriteFor } from '../../../../src/engine/runtime/evaluate/cell';
import { anyMachine } from '../../../helpers/integer-network';
import { cellNetwork, importGraph, noPoll } from '../../../helpers/layer-study';
import { smallSwin, smallVit } from '../../../helpers/small-project';
import { splitQkv } from '../../../helpers/split-qkv';

vi.setConfig({ testTimeout: 120_000 });

async function worldsOf(graph: Graph, kind: 'reference' | 'integer'): Promise<{ model: ImportedModel; worlds: Worlds }> {
  const model = await importGraph(graph);
  const network = await cellNetwork(model, kind, { scheme: 'BitLog2_Half_17', wBits: 4, aBits: 4 });
  const quantised = rewriteFor({ graph: model.graph, structure: model.structure, machine: anyMachine }, network, noPoll);
  return { model, worlds: compareWorlds(model.structure, rewriteFloat(model.graph, model.structure), quantised) };
}

const names = (nodes: readonly GraphNode[]): string[] => nodes.map(({ outputs }) => outputs.join()).sort();

/** Every node reads what is there, in running order across the cuts. */
function expectComplete({ graph, cuts }: ReturnType<typeof mixSites>): void {
  const there = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()]);
  for (const node of graph.nodes) {
    for (const input of node.inputs) if (input !== '') expect(there.has(input), `${node.opType} ${node.outputs[0]} reads ${input}`).toBe(true);
    for (const output of node.outputs) {
      expect(there.has(output)).toBe(false);
      there.add(output);
      for (const cut of cuts) if (cut.produced === output) there.add(cut.replacement);
    }
  }
  for (const { name } of graph.outputs) expect(there.has(name)).toBe(true);
}

describe.each([
  ['ViT', smallVit(), 'reference'], ['Swin', smallSwin(), 'reference'], ['ViT with separate q, k and v', splitQkv(smallVit()), 'reference'],
  ['ViT', smallVit(), 'integer'], ['Swin', smallSwin(), 'integer'],
] as const)('%s (%#)', (_, graph, kind) => {
  it('is the quantised network with all sites on, node for node', async () => {
    const { model, worlds } = await worldsOf(graph, kind);
    const { graph: mixed, cuts } = mixSites(worlds, new Set(model.structure.sites.map(({ name }) => name)));
    const { quantised } = worlds;
    expect(names(mixed.nodes)).toEqual(names(quantised.graph.nodes));
    const known = new Set(quantised.graph.nodes.map((node) => JSON.stringify([node.opType, node.inputs, node.outputs])));
    for (const node of mixed.nodes) expect(known.has(JSON.stringify([node.opType, node.inputs, node.outputs]))).toBe(true);
    for (const [name, tensor] of mixed.initializers) expect(quantised.graph.initializers.get(name)).toBe(tensor);
    expect(new Set(cuts)).toEqual(new Set(quantised.cuts));
    expectComplete({ graph: mixed, cuts });
  });

  it('is the float network with none, of the same objects', async () => {
    const { worlds } = await worldsOf(graph, kind);
    const { graph: mixed, cuts } = mixSites(worlds, new Set());
    expect(new Set(mixed.nodes)).toEqual(new Set(worlds.float.graph.nodes));
    for (const node of mixed.nodes) expect(worlds.float.graph.nodes.includes(node)).toBe(true);
    expect(cuts).toEqual(worlds.float.cuts);
  });

  it('is complete with any site on or off alone', async () => {
    const { model, worlds } = await worldsOf(graph, kind);
    const all = model.structure.sites.map(({ name }) => name);
    for (const site of all) {
      expectComplete(mixSites(worlds, new Set([site])));
      expectComplete(mixSites(worlds, new Set(all.filter((name) => name !== site))));
    }
  });
});

describe('a LayerNorm whose sites go apart', () => {
  it('stands there in both scales, each read by its own', async () => {
    const { model, worlds } = await worldsOf(splitQkv(smallVit()), 'reference');
    const norm = model.structure.norms.find(({ sites }) => sites.length === 3);
    const [q, k] = norm?.sites ?? [];
    if (norm === undefined || q === undefined || k === undefined) throw new Error('no LayerNorm in front of q, k and v');
    const { graph } = mixSites(worlds, new Set([q]));
    const norms = graph.nodes.filter(({ outputs }) => outputs[0]?.startsWith(norm.node) === true && outputs[0].length <= `${norm.node}/reparameterised`.length);
    expect(norms.map(({ opType }) => opType)).toEqual(['LayerNormalization', 'LayerNormalization']);
    const linear = (name: string): GraphNode | undefined => {
      const site = model.structure.sites.find((candidate) => candidate.name === name);
      return graph.nodes.find(({ outputs }) => outputs[0] === site?.node);
    };
    expect(linear(q)?.inputs[1]).toBe(`${q}:weight/quantized`);
    expect(linear(k)?.inputs[1]).toBe(worlds.floatMakers.get(linear(k)?.outputs[0] ?? '')?.inputs[1]);
    // Rows are made of the LayerNorm's output: that Reshape too stands there twice.
    const quantisers = graph.nodes.filter(({ opType }) => opType === 'QuantizeLinear').map(({ inputs }) => inputs[0]);
    expect(quantisers).toEqual([`${linear(k)?.inputs[0] ?? ''}/reparameterised`]);
    expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(graph.nodes.length);
  });

  it('is not copied where both need it as it is', async () => {
    const { worlds } = await worldsOf(smallVit(), 'reference');
    expect(mixSites(worlds, new Set(['blocks.0.mlp.fc2', 'head'])).graph.nodes.some(({ outputs }) => outputs[0]?.endsWith('/reparameterised') === true)).toBe(false);
  });
});

describe('a branch', () => {
  it('of a site behind a LayerNorm begins at the residual stream', async () => {
    const { model, worlds } = await worldsOf(smallSwin(), 'reference');
    const site = model.structure.sites.find(({ name }) => name === 'layers.0.blocks.1.attn.qkv');
    if (site?.kind !== 'linear') throw new Error('no qkv');
    const norm = model.structure.norms[site.norm ?? -1];
    const source = model.graph.nodes.find(({ outputs }) => outputs[0] === norm?.node)?.inputs[0];
    const { inputs, graph, output } = siteBranch(worlds, worlds.quantised, site, new Map());
    expect(inputs).toEqual([source]);
    expect(output).toBe(site.node);
    expect(graph.nodes.map(({ opType }) => opType)).toContain('LayerNormalization');
    // Read in place of its quantised form, the input is not quantised.
    const unquantised = siteBranch(worlds, worlds.quantised, site, new Map([[`${site.input}/quantized`, site.input]]));
    expect(unquantised.graph.nodes.some(({ opType }) => opType === 'QuantizeLinear')).toBe(false);
    expect(graph.nodes.some(({ opType }) => opType === 'QuantizeLinear')).toBe(true);
  });

  it('of attention times v takes the map from outside', async () => {
    const { model, worlds } = await worldsOf(smallVit(), 'integer');
    const site = model.structure.sites.find(({ name }) => name === 'blocks.1.attn.matmul2');
    if (site?.kind !== 'product') throw new Error('no product');
    const { inputs } = siteBranch(worlds, worlds.quantised, site, new Map());
    expect(inputs).toContain(`${site.a}/levels`);
    expect(inputs.filter((name) => worlds.floatMakers.has(name)).length).toBe(inputs.length - 1);
  });
});
