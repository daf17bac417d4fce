/**
 * q.kT and attention.v over whole numbers. Where both sides are bytes the product is one of bytes with int32 sums; levels beyond a byte stand as
 * whole numbers in float32, every partial sum below 2^24 (the plan checks), so that product is exact too. The deltas of both sides are one
 * float scale at the end.
 */
import type { GraphEdit } from '../edit';
import { simpleNode } from '../edit';
import { operandParameters, type NetworkParameters } from '../parameters';
import type { Attribute, GraphNode, ProductSite } from '../types';
import type { SitePlan } from './integer-plan';
import type { MapForm } from './map-forms';

interface ProductContext {
  readonly edit: GraphEdit;
  readonly parameters: NetworkParameters;
}

/** Replaces q.kT by a product of the codes of q and k, scaled by both deltas. */
export function replaceScores({ edit, parameters }: ProductContext, site: ProductSite, type: 'int8' | 'uint8', q: string, k: string, before: readonly GraphNode[]): void {
  const a = operandParameters(parameters, site.name, 'A');
  const output = edit.node(site.node).outputs[0];
  edit.replace(site.node, [...before, ...byteProduct(edit, parameters, site, { codes: q, scale: a.delta[0], zeroPoint: a.zero_point?.[0] ?? 0 }, k, type, output)]);
}

/** The map as it comes from outside: its forms, and what the sums over them are multiplied by. */
export interface MapSide {
  readonly forms: readonly MapForm[];
  readonly scale: number;
}

/** Replaces attention.v by products of the map's integer levels, one for each form, with the codes of v. */
export function replaceMix(context: ProductContext, site: ProductSite, plan: SitePlan, { forms, scale }: MapSide, v: string, before: readonly GraphNode[]): void {
  const { edit, parameters } = context;
  const output = edit.node(site.node).outputs[0];
  if (plan.kind === 'integer-gemm') {
    edit.replace(site.node, [...before, ...byteProduct(edit, parameters, site, { codes: forms[0].tensor, scale, zeroPoint: 0 }, v, plan.weight, output)]);
    return;
  }
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
    scaled(edit, joined.name, output, `${site.name}/scale`, Math.fround(scale * b.delta[0])),
  ]);
}

interface ByteSide {
  /** uint8 */
  readonly codes: string;
  readonly scale: number;
  readonly zeroPoint: number;
}

/** uint8 codes times the second operand's codes, as int8 where the plan says so (they fit: nothing is taken from them). */
function byteProduct(edit: GraphEdit, parameters: NetworkParameters, site: ProductSite, a: ByteSide, codes: string, type: 'int8' | 'uint8', output: string): GraphNode[] {
  const b = operandParameters(parameters, site.name, 'B');
  const zeroPoint = b.zero_point?.[0] ?? 0;
  const signed = `${site.name}:B/int8`;
  const scalar = (name: string, value: number): string => edit.addConstant(`${site.name}:${name}`, { type: 'float32', dims: [], data: Float32Array.of(value) });
  const zero = edit.addConstant(`${site.name}:B/zero`, { type, dims: [], data: type === 'int8' ? Int8Array.of(zeroPoint) : Uint8Array.of(zeroPoint) });
  const inputs = [
    a.codes, type === 'int8' ? signed : codes, scalar('A/scale', a.scale), scalar('B/scale', b.delta[0]),
    edit.addConstant(`${site.name}:A/zero`, { type: 'uint8', dims: [], data: Uint8Array.of(a.zeroPoint) }), zero,
  ];
  edit.setShape(signed, edit.shape(codes));
  const toInt8 = new Map<string, Attribute>([['to', { kind: 'int', value: 3n }]]);
  const cast: GraphNode[] = type === 'int8' ? [{ ...simpleNode('Cast', [codes], signed), attributes: toInt8 }] : [];
  return [...cast, { ...simpleNode('MatMulIntegerToFloat', inputs, output), domain: 'com.microsoft' }];
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
