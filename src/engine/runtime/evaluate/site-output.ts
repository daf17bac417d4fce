/** One site of the quantised network alone, on given inputs: what the traces of the reference are compared with. */
import { at } from '../../../shared/at';
import type { NetworkParameters, QuantizerSettings } from '../../core/graph/parameters';
import { rewriteReference } from '../../core/graph/rewrite';
import { sliceGraph } from '../../core/graph/slice';
import type { Graph, ModelStructure, Site } from '../../core/graph/types';
import { createSession, type FloatTensor } from '../ort/session';

export interface SiteInput {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Runs `site` at batch 1. Inputs are the float operands as the reference has them; k may be given as [.., tokens, d].
 * `quantizeMap` quantises the attention map in place when the site is the product of attention and v.
 */
export async function siteOutput(
  graph: Graph, structure: ModelStructure, site: Site, settings: QuantizerSettings, parameters: NetworkParameters, quantizeMap: (map: Float32Array) => void, inputs: readonly SiteInput[],
): Promise<Float32Array> {
  const { graph: rewritten } = rewriteReference(graph, structure, settings, parameters);
  const operands = site.kind === 'linear' ? [site.input] : [site.role === 'matmul2' ? `${site.a}/quantized` : site.a, site.b];
  const output = site.kind === 'linear' ? site.biasNode ?? site.node : site.node;
  const session = await createSession(sliceGraph(rewritten, operands, [output]), 1);
  const feeds = new Map<string, FloatTensor>(operands.map((name, index) => {
    const given = at(inputs, index);
    const dims = rewritten.shapes.get(name) ?? given.shape;
    return [name, { data: arrange(given, dims), dims }];
  }));
  if (site.kind === 'product' && site.role === 'matmul2') {
    const map = feeds.get(at(operands, 0));
    if (map !== undefined) quantizeMap(map.data);
  }
  try {
    const result = (await session.run(feeds)).get(output);
    if (result === undefined) throw new Error(`the site ${site.name} has no output`);
    return result.data;
  } finally {
    await session.release();
  }
}

/** The recorded data in the order of `dims`: the same, or with the last two axes swapped. */
function arrange(input: SiteInput, dims: readonly number[]): Float32Array {
  const columns = at(dims, dims.length - 1);
  const givenColumns = at(input.shape, input.shape.length - 1);
  if (givenColumns === columns) return input.data.slice();
  const rows = at(dims, dims.length - 2);
  const givenRows = input.shape[input.shape.length - 2];
  if (givenRows !== columns || givenColumns !== rows) throw new Error(`an input of shape [${input.shape.join(', ')}] does not fit [${dims.join(', ')}]`);
  const out = new Float32Array(input.data.length);
  const size = rows * columns;
  for (let start = 0; start < out.length; start += size) {
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[start + r * columns + c] = at(input.data, start + c * rows + r);
  }
  return out;
}
