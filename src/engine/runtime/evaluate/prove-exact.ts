/**
 * The check behind `exact: true` of a run: at every shape of the network, each integer product over extreme codes equals plain integer loops, and
 * the graph holds no float product with a weight. Run once per run, on the machine that evaluates it; what runs have in common is multiplied once.
 */
import type { OperandName } from '../../../shared/overrides';
import { extremeCodes, sumsOfCodes } from '../../core/graph/integer/extreme-codes';
import { planInteger, weightOffset, type IntegerMachine, type SitePlan } from '../../core/graph/integer/integer-plan';
import { floatWeightProducts } from '../../core/graph/integer/float-weight-products';
import { rewriteInteger } from '../../core/graph/integer/rewrite-integer';
import { mapSettings, wholeMap } from '../../core/graph/map-settings';
import { uniformBits } from '../../core/graph/operand-setting';
import { operandParameters, type NetworkParameters, type QuantizerSettings } from '../../core/graph/parameters';
import type { Graph, LinearSite, ModelStructure, ProductSite } from '../../core/graph/types';
import { logSchemeById } from '../../core/quantizers/scheme-table';
import { multiplyCodes } from '../ort/multiply-codes';
import { multiplyWholes } from '../ort/multiply-wholes';

export interface Proof {
  /** No site fell back, and every product equals integer loops. */
  readonly exact: boolean;
  /** Sites in reference arithmetic. */
  readonly fallbacks: readonly { readonly site: string; readonly reason: string }[];
  /** Sites whose product came out wrong, and how; such a machine cannot be trusted with integer runs. */
  readonly wrong: readonly string[];
}

export interface ProofContext {
  /** Float graph at the run's batch size. */
  readonly graph: Graph;
  readonly structure: ModelStructure;
  readonly settings: QuantizerSettings;
  /** Of integer arithmetic. */
  readonly parameters: NetworkParameters;
  readonly machine: IntegerMachine;
  readonly batch: number;
  readonly threads: number;
  /** Products that this process has tried already, and whether they came out right; those tried now are added. They are the same for every model. */
  readonly tried: Map<string, boolean>;
}

/** `poll` is called before each product and may throw to stop. */
export async function proveExact(context: ProofContext, poll: () => void): Promise<Proof> {
  const { graph, structure, settings, parameters, machine, tried } = context;
  const plan = planInteger(graph, structure, settings, parameters, machine);
  const fallbacks = [...plan].flatMap(([site, how]) => (how.kind === 'reference' ? [{ site, reason: how.reason }] : []));
  const wrong: string[] = [];
  for (const site of structure.sites) {
    const how = plan.get(site.name);
    if (how === undefined || how.kind === 'reference') continue;
    poll();
    const product = site.kind === 'product' ? attentionProduct(context, site, how) : how.kind === 'integer-gemm' ? linearProduct(context, site, how.weight) : null;
    if (product === null) throw new Error(`${site.name} is no product of bytes`);
    const equal = tried.get(product.key) ?? (await product.check());
    tried.set(product.key, equal);
    if (!equal) wrong.push(site.name);
  }
  const rewritten = rewriteInteger(graph, structure, settings, parameters, machine, poll);
  const floating = fallbacks.length === 0 ? floatWeightProducts(rewritten.graph) : [];
  return { exact: fallbacks.length === 0 && wrong.length === 0 && floating.length === 0, fallbacks, wrong: [...wrong, ...floating] };
}

interface CheckedProduct {
  /** All that the check depends on: equal for products that need to be tried once only. */
  readonly key: string;
  readonly check: () => Promise<boolean>;
}

function linearProduct({ graph, settings, parameters, threads }: ProofContext, site: LinearSite, type: 'int8' | 'uint8'): CheckedProduct {
  const output = graph.shapes.get(site.node) ?? [];
  const rows = output.reduce((product, dim) => product * dim, 1) / site.outFeatures;
  const [inner, columns] = [site.inFeatures, site.outFeatures];
  const [bits, wBits] = [codeBits(settings, site, 'input'), codeBits(settings, site, 'weight')];
  const offset = weightOffset(type, wBits);
  const weightTop = 2 ** wBits - 1;
  const range = zeroRange(operandParameters(parameters, site.name, 'weight').zero_point ?? [], weightTop);
  const inputZero = operandParameters(parameters, site.name, 'input').zero_point?.[0] ?? 0;
  return {
    key: `linear ${rows} ${inner} ${columns} ${bits} ${wBits} ${inputZero} ${type} ${range.least} ${range.most} ${threads}`,
    check: async () => {
      const { input, weight } = extremeCodes(rows, inner, columns, { inputTop: 2 ** bits - 1, weightTop });
      const zeros = Float64Array.from({ length: columns }, (_, column) => zeroOfColumn(range, column));
      const stored = type === 'int8' ? Int8Array.from(weight, (code) => code - offset) : weight;
      const weightZero = type === 'int8' ? Int8Array.from(zeros, (zero) => zero - offset) : Uint8Array.from(zeros);
      const sums = await multiplyCodes({ rows, inner, columns, input, inputZero, weight: stored, weightZero, constant: true }, threads);
      return sumsOfCodes({ rows, inner, columns, input, inputZero, weight, weightZero: zeros }).every((sum, index) => Math.fround(sum) === sums[index]);
    },
  };
}

/** From the least to the greatest zero point that a code can have or that this weight has: whole products differ in no more, wherever they are found. */
function zeroRange(zeros: readonly number[], top: number): { readonly least: number; readonly most: number } {
  return { least: zeros.reduce((least, zero) => Math.min(least, zero), 0), most: zeros.reduce((most, zero) => Math.max(most, zero), top) };
}

/** Both ends in the first columns, then all in turn. */
function zeroOfColumn({ least, most }: { readonly least: number; readonly most: number }, column: number): number {
  if (column < 2) return column === 0 ? least : most;
  return least + ((column - 2) % (most - least + 1));
}

function attentionProduct({ structure, settings, parameters, threads }: ProofContext, site: ProductSite, how: SitePlan): CheckedProduct {
  const block = structure.blocks[site.block];
  if (block === undefined) throw new Error(`there is no block ${site.block}`);
  const zeroOf = (operand: string): number => operandParameters(parameters, site.name, operand).zero_point?.[0] ?? 0;
  const scores = site.role === 'matmul1';
  const [rows, inner, columns] = scores ? [block.tokens, block.headDim, block.tokens] : [block.tokens, block.tokens, block.headDim];
  // Of log sqrt2 both accumulators.
  const sides = scores ? [null] : levelSides(settings, site, block.heads);
  const inputTop = scores ? 2 ** codeBits(settings, site, 'A') - 1 : 0;
  const weightTop = 2 ** codeBits(settings, site, 'B') - 1;
  const inputZero = scores ? zeroOf('A') : 0;
  const type = how.kind === 'integer-gemm' ? how.weight : 'float32';
  return {
    key: `${site.role} ${rows} ${inner} ${columns} ${inputTop} ${weightTop} ${sides.map((levels) => levels?.join()).join(' ')} ${inputZero} ${zeroOf('B')} ${type} ${threads}`,
    check: async () => (await Promise.all(sides.map(async (levels) => {
      const { input: codes, weight } = extremeCodes(rows, inner, columns, { inputTop, weightTop });
      const input = levels === null ? codes : Uint16Array.from(codes, (_, index) => levelAt(levels, index, inner));
      const expected = sumsOfCodes({ rows, inner, columns, input, inputZero, weight, weightZero: new Float64Array(columns).fill(zeroOf('B')) });
      const sums = type === 'float32'
        ? await multiplyWholes({ rows, inner, columns, a: Float32Array.from(input, (code) => code - inputZero), b: Float32Array.from(weight, (code) => code - zeroOf('B')) }, threads)
        : await multiplyCodes({
          rows, inner, columns, input: Uint8Array.from(input), inputZero, constant: false,
          weight: type === 'int8' ? Int8Array.from(weight) : weight, weightZero: type === 'int8' ? Int8Array.of(zeroOf('B')) : Uint8Array.of(zeroOf('B')),
        }, threads);
      return expected.every((sum, index) => sum === sums[index]);
    }))).every((equal) => equal),
  };
}

function codeBits(settings: QuantizerSettings, site: LinearSite | ProductSite, operand: OperandName): number {
  const bits = uniformBits(settings, site, operand);
  if (bits === null) throw new Error(`${site.name} ${operand} has no codes`);
  return bits;
}

/** The integer levels of each tensor in which the map enters. */
function levelSides(settings: QuantizerSettings, site: ProductSite, heads: number): Int32Array[] {
  const quantizer = wholeMap(mapSettings(settings, site, heads));
  const levels = quantizer === null ? null : logSchemeById(quantizer.scheme).integerLevels(quantizer.bits);
  if (levels === null) throw new Error(`the map of ${site.name} has no integer levels`);
  return levels.root === null ? [levels.whole] : [levels.whole, levels.root];
}

/** Rows of levels as a softmax can give them (it cannot give many top levels): the top level in one place, or the level of an even spread everywhere. */
function levelAt(levels: Int32Array, index: number, inner: number): number {
  const [row, column] = [Math.floor(index / inner), index % inner];
  const top = levels.reduce((most, level) => Math.max(most, level), 0);
  if (row % 2 === 0) return column === row % inner ? top : 0;
  const even = top / inner;
  return levels.reduce((most, level) => (level <= even && level > most ? level : most), 0);
}
