/**
 * q.kT and attention.v over whole numbers: codes less their zero points, and the scheme's integer levels, as float32. Every partial sum stays
 * below 2^24 (the plan checks), so the product is exact; the deltas of both sides are one float scale at the end.
 */
import type { GraphEdit } from '../edit';
import { simpleNode } from '../edit';
import { operandParameters, type NetworkParameters } from '../parameters';
import type { GraphNode, ProductSite } from '../types';
import type { MapForm } from './map-forms';

interface ProductContext {
  readonly edit: GraphEdit;
  readonly parameters: NetworkParameters;
}

/** Replaces q.kT by a product of the codes of q and k, scaled by both deltas. */
export function replaceScores(context: ProductContext, site: ProductSite, q: string, k: string, before: readonly GraphNode[]): void {
  const { edit, parameters } = context;
  const output = edit.node(site.node).outputs[0];
  const a = operandParameters(parameters, site.name, 'A');
  const b = operandParameters(parameters, site.name, 'B');
  const product = `${site.node}/sums`;
  edit.setShape(product, edit.shape(output));
  edit.replace(site.node, [
    ...before,
    whole(edit, q, `${site.name}:A/whole`, a.zero_point?.[0] ?? 0),
    whole(edit, k, `${site.name}:B/whole`, b.zero_point?.[0] ?? 0),
    simpleNode('MatMul', [`${site.name}:A/whole`, `${site.name}:B/whole`], product),
    scaled(edit, product, output, `${site.name}/scale`, Math.fround(a.delta[0] * b.delta[0])),
  ]);
}

/** Replaces attention.v: `forms` are the map's integer levels as they come from outside, one product each. */
export function replaceMix(context: ProductContext, site: ProductSite, forms: readonly MapForm[], levelScale: number, v: string, before: readonly GraphNode[]): void {
  const { edit, parameters } = context;
  const output = edit.node(site.node).outputs[0];
  const shape = edit.shape(output);
  const b = operandParameters(parameters, site.name, 'B');
  const values = `${site.name}:B/whole`;
  const sums = forms.map((form, index) => {
    const name = `${site.node}/sums${index}`;
    edit.setShape(name, shape);
    return { name, node: simpleNode('MatMul', [form.tensor, values], name), factor: form.factor };
  });
  const joined = joinSums(edit, site, sums.map(({ name, factor }) => ({ name, factor })), shape);
  edit.replace(site.node, [
    ...before,
    whole(edit, v, values, b.zero_point?.[0] ?? 0),
    ...sums.map(({ node }) => node),
    ...joined.nodes,
    scaled(edit, joined.name, output, `${site.name}/scale`, Math.fround(levelScale * b.delta[0])),
  ]);
}

/** E + sqrt2 * O: the point at which log sqrt2 cannot do without floating point. */
function joinSums(edit: GraphEdit, site: ProductSite, sums: readonly { name: string; factor: number }[], shape: readonly number[]): { name: string; nodes: GraphNode[] } {
  const nodes: GraphNode[] = [];
  let name = '';
  for (const [index, sum] of sums.entries()) {
    let term = sum.name;
    if (sum.factor !== 1) {
      term = `${sum.name}/weighted`;
      nodes.push(scaled(edit, sum.name, term, `${site.name}/factor${index}`, Math.fround(sum.factor)));
      edit.setShape(term, shape);
    }
    if (name !== '') {
      const joined = `${site.node}/joined${index}`;
      nodes.push(simpleNode('Add', [name, term], joined));
      edit.setShape(joined, shape);
      name = joined;
    } else name = term;
  }
  return { name, nodes };
}

/** Codes less their zero point, as float32. */
function whole(edit: GraphEdit, codes: string, name: string, zeroPoint: number): GraphNode {
  const one = edit.addConstant(`${name}/one`, { type: 'float32', dims: [], data: Float32Array.of(1) });
  const zero = edit.addConstant(`${name}/zero`, { type: 'uint8', dims: [], data: Uint8Array.of(zeroPoint) });
  edit.setShape(name, edit.shape(codes));
  return simpleNode('DequantizeLinear', [codes, one, zero], name);
}

function scaled(edit: GraphEdit, from: string, to: string, constant: string, scale: number): GraphNode {
  return simpleNode('Mul', [from, edit.addConstant(constant, { type: 'float32', dims: [], data: Float32Array.of(scale) })], to);
}
