/** A loaded network of a run, with the quantisers of its attention maps. */
import { assertNever } from '../../../shared/assert-never';
import { at } from '../../../shared/at';
import { mapDelta, mapSettings } from '../../core/graph/map-settings';
import { perturbRounding } from '../../core/graph/perturb';
import type { IntegerMachine } from '../../core/graph/integer/integer-plan';
import { integerForms, valueForms } from '../../core/graph/integer/map-forms';
import { rewriteInteger } from '../../core/graph/integer/rewrite-integer';
import { rewriteFloat, rewriteReference, type RewrittenGraph } from '../../core/graph/rewrite';
import type { AttentionBlock, Graph, ModelStructure } from '../../core/graph/types';
import { createAttentionQuantizer } from '../../core/quantizers/attention-quantizer';
import { levelNames } from '../../core/quantizers/level-names';
import { logSchemeById } from '../../core/quantizers/scheme-table';
import type { CellNetwork, CellOutcome } from '../workers/protocol';
import type { BlockQuantizer, HeadQuantizer } from './block-quantizer';
import { Network } from './network';
import { imageOutcome } from './outcome';
import { residualNames } from './residual';
import type { SharedPrefix } from './shared-prefix';

export interface LoadedCell {
  readonly network: Network;
  readonly structure: ModelStructure;
  /** By block and head: code -> value; empty for a head that stays in FP32. */
  readonly levels: readonly (readonly Float32Array[])[];
  /** By block and head, code by code. */
  readonly levelNames: readonly (readonly (readonly string[])[])[];
}

export interface CellSource {
  /** The float graph at the run's batch size. */
  readonly graph: Graph;
  readonly structure: ModelStructure;
  readonly batch: number;
  readonly threads: number;
  /** Seed of another realisation of float32 rounding, or null. */
  readonly rounding: number | null;
  readonly machine: IntegerMachine;
}

/** Builds the run's network and loads its sessions. `poll` may throw to stop. */
export async function loadCell(source: CellSource, kind: CellNetwork, poll: () => void): Promise<LoadedCell> {
  const { graph, structure, batch, threads, rounding } = source;
  const exact = rewriteFor(source, kind, poll);
  const rewritten = rounding === null ? exact : { ...exact, graph: perturbRounding(exact.graph, rounding) };
  const keep = new Set(residualNames(graph, structure));
  const writers = mapWriters(kind, structure, exact);
  const network = await Network.create({ structure, source: graph, rewritten, batch, threads, quantizers: writers, keep }, poll);
  const heads = structure.blocks.map((block, index) => writers[index]?.heads ?? Array.from({ length: block.heads }, () => null));
  return {
    network, structure,
    levels: heads.map((each) => each.map((quantizer) => quantizer?.levels ?? new Float32Array(0))),
    levelNames: heads.map((each) => each.map(headLevelNames)),
  };
}

/** The graph of a network in its own arithmetic. */
export function rewriteFor({ graph, structure, machine }: Pick<CellSource, 'graph' | 'structure' | 'machine'>, kind: CellNetwork, poll: () => void): RewrittenGraph {
  switch (kind.kind) {
    case 'float': return rewriteFloat(graph, structure);
    case 'reference': return rewriteReference(graph, structure, kind.settings, kind.parameters, poll);
    case 'integer': return rewriteInteger(graph, structure, kind.settings, kind.parameters, machine, poll);
    default: return assertNever(kind);
  }
}

/** The quantisers of every block's map in a rewritten graph; null leaves a map in FP32. */
export function mapWriters(kind: CellNetwork, structure: ModelStructure, { cuts }: RewrittenGraph): (BlockQuantizer | null)[] {
  const read = new Set(cuts.map(({ replacement }) => replacement));
  return structure.blocks.map((block) => mapWriter(kind, block, structure, read));
}

/** The quantisers of one block's map with what they write; null leaves the map in FP32. `read`: what the rewritten graph reads in its place. */
function mapWriter(kind: CellNetwork, block: AttentionBlock, structure: ModelStructure, read: ReadonlySet<string>): BlockQuantizer | null {
  const heads = headQuantizers(kind, block, structure);
  const first = heads.find((head) => head !== null);
  if (first === undefined || first === null) return null;
  const whole = heads.every((head) => head === first);
  const integer = kind.kind === 'integer' && whole ? integerForms(first.scheme, block.softmax, first.aBits) : null;
  const { output, forms } = integer?.forms.every(({ tensor }) => read.has(tensor)) === true ? integer : valueForms(block.softmax, whole ? first.levels : new Float32Array(0));
  return { heads, output, forms };
}

/** The quantiser of each head of one block's map; null leaves a head in FP32. */
function headQuantizers(kind: CellNetwork, block: AttentionBlock, structure: ModelStructure): (HeadQuantizer | null)[] {
  if (kind.kind === 'float') return Array.from({ length: block.heads }, () => null);
  const { settings, parameters } = kind;
  const site = structure.sites.find((candidate) => candidate.kind === 'product' && candidate.role === 'matmul2' && candidate.block === block.index);
  if (site?.kind !== 'product') throw new Error(`block ${block.index} has no product of attention and v`);
  const { quantizers, heads } = mapSettings(settings, site, block.heads);
  const made = quantizers.map((wanted): HeadQuantizer => {
    const scheme = logSchemeById(wanted.scheme);
    const delta = mapDelta(parameters, settings, site.name, wanted);
    return { scheme, delta, aBits: wanted.bits, levels: scheme.levels(delta, wanted.bits) };
  });
  return heads.map((index) => (index === null ? null : at(made, index)));
}

/** Evaluates one batch: an outcome per loaded image, and the codes counted over them. `now` in milliseconds. */
export async function evaluateCell(
  key: string, { network, structure }: LoadedCell, batch: { pixels: Float32Array; loaded: readonly number[] }, spec: { start: number; labels: readonly number[] }, { poll, now, prefix }: { readonly poll: () => void; readonly now: () => number; readonly prefix: SharedPrefix },
): Promise<CellOutcome> {
  const valid = batch.loaded.length;
  const start = now();
  if (valid === 0) return { cell: key, outcomes: [], levelCounts: [], milliseconds: 0 };
  const { classes } = structure.output;
  // A stop in the middle of a batch leaves counts of a batch that is not stored: they are dropped here.
  network.takeCounts();
  const { logits, digests } = await network.run(batch.pixels, { valid, poll, prefix });
  const outcomes = batch.loaded.map((position, slot) => imageOutcome(spec.start + position, at(spec.labels, position), logits.subarray(slot * classes, (slot + 1) * classes), at(digests, slot)));
  const levelCounts = network.takeCounts().flatMap((counts, index) => {
    const { heads } = at(structure.blocks, index);
    return counts === null ? [] : [{ block: index, heads, codes: counts.length / heads, counts }];
  });
  return { cell: key, outcomes, levelCounts, milliseconds: now() - start };
}

/** Quantises one image's map of a block as a cell does, in place: [windows, heads, tokens, tokens]. */
export function quantizeMap(kind: CellNetwork, block: AttentionBlock, structure: ModelStructure, map: Float32Array): void {
  const size = block.tokens ** 2;
  for (const [head, quantizer] of headQuantizers(kind, block, structure).entries()) {
    if (quantizer === null) continue;
    const table = createAttentionQuantizer(quantizer.scheme, quantizer.delta, quantizer.aBits);
    for (let start = head * size; start < map.length; start += block.heads * size) table.quantize(map, map, null, start, size);
  }
}

function headLevelNames(quantizer: HeadQuantizer | null): readonly string[] {
  return quantizer === null ? [] : levelNames(quantizer.scheme, quantizer.delta, quantizer.levels);
}
