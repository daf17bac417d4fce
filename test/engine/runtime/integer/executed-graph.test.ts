/** What ONNX Runtime makes of integer networks before it runs them: no floating point comes back through its optimisations. */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSwin } from '../../../../src/engine/core/builder/build-swin';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import { floatWeightProducts } from '../../../../src/engine/core/graph/integer/float-weight-products';
import type { NetworkParameters, QuantizerSettings } from '../../../../src/engine/core/graph/parameters';
import { rewriteReference } from '../../../../src/engine/core/graph/rewrite';
import { segmentGraph } from '../../../../src/engine/core/graph/segments';
import type { Graph, GraphNode, ImportedModel } from '../../../../src/engine/core/graph/types';
import { residualNames } from '../../../../src/engine/runtime/evaluate/residual';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import { logSchemeIds, type SchemeId } from '../../../../src/shared/settings';
import { calibrate, integerNetwork } from '../../../helpers/integer-network';
import { scaleAfterScores } from '../../../helpers/integer-variants';
import { optimisedGraph } from '../../../helpers/optimised-graph';
import { splitQkv } from '../../../helpers/split-qkv';

const settingsOf = (scheme: SchemeId): QuantizerSettings => ({ scheme, wBits: 4, aBits: 4 });

/** Any operator that multiplies matrices in floating point, fused forms and other layouts included. */
const isFloatProduct = ({ opType }: GraphNode): boolean => /MatMul|Gemm|Conv|Einsum|Attention/.test(opType) && !/Integer/.test(opType);

function floatProductsWithWeights({ nodes, initializers }: Graph): string[] {
  return nodes.filter(isFloatProduct).filter(({ inputs }) => inputs.some((input) => initializers.get(input)?.type === 'float32')).map(({ opType, outputs }) => `${opType} ${outputs[0] ?? ''}`);
}

/** Products whose alpha would round partial sums: not 1, over so many terms that the kernel adds them up in parts. */
function scaledProducts({ nodes, initializers }: Graph, shapes: ReadonlyMap<string, readonly number[]>): string[] {
  return nodes.filter(isFloatProduct).flatMap((node) => {
    const alpha = node.attributes.get('alpha');
    const scale = alpha?.kind === 'float' ? alpha.value : 1;
    const inner = (shapes.get(node.inputs[0] ?? '') ?? initializers.get(node.inputs[0] ?? '')?.dims)?.at(-1) ?? Infinity;
    return scale === 1 || inner <= 128 ? [] : [`${node.opType} ${node.outputs[0] ?? ''}`];
  });
}

/** The segments of a network as they are run. */
async function executed(graph: Graph, rewritten: { graph: Graph; cuts: Parameters<typeof segmentGraph>[1] }, model: ImportedModel): Promise<Graph[]> {
  const graphs: Graph[] = [];
  for (const segment of segmentGraph(rewritten.graph, rewritten.cuts, new Set(residualNames(graph, model.structure)))) graphs.push(await optimisedGraph(segment.graph));
  return graphs;
}

const vit = (dim: number): Graph => buildVit({ image: 48, patch: 4, dim, depth: 2, heads: 2, mlpRatio: 2, classes: 6 }, 3);

describe.each([
  // 145 tokens: more terms than a kernel adds up in one go.
  ['ViT of 145 tokens', () => vit(32)],
  ['ViT whose scale is no power of two', () => vit(24)],
  ['ViT with the scale behind q.kT', () => scaleAfterScores(vit(24))],
  ['ViT with separate q, k and v', () => splitQkv(vit(32))],
  ['Swin', () => buildSwin({ image: 32, patch: 4, dim: 16, depths: [2, 1], heads: [2, 4], window: 4, mlpRatio: 2, classes: 6 }, 4)],
])('%s', (_name, build) => {
  let model: ImportedModel;
  let parameters: NetworkParameters;
  beforeAll(async () => {
    model = await importGraph(build());
    const [found] = await calibrate(model, [settingsOf('BitLog2_Half_17')]);
    if (found === undefined) throw new Error('nothing was calibrated');
    parameters = found;
  });

  it.each(logSchemeIds)('multiplies no weight in floating point under %s', async (scheme) => {
    // Any delta of the map gives the same nodes.
    const sites = Object.entries(parameters.sites).map(([site, fields]) => [site, fields.A?.scheme === undefined ? fields : { ...fields, A: { ...fields.A, scheme } }]);
    const network = integerNetwork(model, settingsOf(scheme), { ...parameters, sites: Object.fromEntries(sites) }, 2);
    const graphs = await executed(network.graph, network.rewritten, model);
    expect(graphs.length).toBe(model.structure.blocks.length + 1);
    expect(graphs.flatMap(floatProductsWithWeights)).toEqual([]);
    expect(graphs.flatMap((graph) => scaledProducts(graph, network.rewritten.graph.shapes))).toEqual([]);
    // What the run record's proof looks at.
    expect(floatWeightProducts(network.rewritten.graph)).toEqual([]);
    // Every Linear is one product of bytes by a constant of bytes.
    const linears = graphs.flatMap(({ nodes, initializers }) => nodes.filter(({ opType, inputs }) => /MatMulInteger/.test(opType) && /int8/.test(initializers.get(inputs[1] ?? '')?.type ?? '')));
    expect(linears.length).toBe(model.structure.sites.filter(({ kind }) => kind === 'linear').length);
  });

  it('finds them all in reference arithmetic', async () => {
    const network = integerNetwork(model, settingsOf('BitLog2_Half_17'), parameters, 2);
    const reference = rewriteReference(network.graph, model.structure, network.settings, parameters);
    const linears = model.structure.sites.filter(({ kind }) => kind === 'linear').length;
    expect((await executed(network.graph, reference, model)).flatMap(floatProductsWithWeights).length).toBe(linears);
    expect(floatWeightProducts(reference.graph).length).toBe(linears);
  });
});
