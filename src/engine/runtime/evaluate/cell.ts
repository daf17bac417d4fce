/** A loaded network of a run, with the quantisers of its attention maps. */
import { assertNever } from '../../../shared/assert-never';
import { at } from '../../../shared/at';
import type { NetworkParameters } from '../../core/graph/parameters';
import { perturbRounding } from '../../core/graph/perturb';
import type { IntegerMachine } from '../../core/graph/integer/integer-plan';
import { integerForms, valueForms } from '../../core/graph/integer/map-forms';
import { rewriteInteger } from '../../core/graph/integer/rewrite-integer';
import { rewriteFloat, rewriteReference, type RewrittenGraph } from '../../core/graph/rewrite';
import type { AttentionBlock, Graph, ModelStructure } from '../../core/graph/types';
import { createAttentionQuantizer, type AttentionQuantizer } from '../../core/quantizers/attention-quantizer';
import { levelNames } from '../../core/quantizers/level-names';
import { schemeById } from '../../core/quantizers/scheme-table';
import type { CellNetwork, CellOutcome } from '../workers/protocol';
import type { BlockQuantizer } from './block-quantizer';
import { Network } from './network';
import { imageOutcome } from './outcome';
import { residualNames } from './residual';
import type { SharedPrefix } from './shared-prefix';

export interface LoadedCell {
  readonly network: Network;
  readonly structure: ModelStructure;
  /** code -> value by block; empty without a quantiser. */
  readonly levels: readonly Float32Array[];
  readonly levelNames: readonly (readonly string[])[];
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
  const writers = structure.blocks.map((block) => mapWriter(kind, block, structure, new Set(exact.cuts.map(({ replacement }) => replacement))));
  const network = await Network.create({ structure, source: graph, rewritten, batch, threads, quantizers: writers, keep }, poll);
  const levels = writers.map((writer) => writer?.levels ?? new Float32Array(0));
  return { network, structure, levels, levelNames: structure.blocks.map((block) => blockLevelNames(kind, block.index, structure)) };
}

function rewriteFor({ graph, structure, machine }: CellSource, kind: CellNetwork, poll: () => void): RewrittenGraph {
  switch (kind.kind) {
    case 'float': return rewriteFloat(graph, structure);
    case 'reference': return rewriteReference(graph, structure, kind.settings, kind.parameters, poll);
    case 'integer': return rewriteInteger(graph, structure, kind.settings, kind.parameters, machine, poll);
    default: return assertNever(kind);
  }
}

/** The quantiser of one block's map with what it writes; null leaves the map in FP32. `read`: what the rewritten graph reads in its place. */
function mapWriter(kind: CellNetwork, block: AttentionBlock, structure: ModelStructure, read: ReadonlySet<string>): BlockQuantizer | null {
  if (kind.kind === 'float' || kind.settings.scheme === 'none') return null;
  const { scheme: id, aBits } = kind.settings;
  const scheme = schemeById(id);
  if (scheme.kind === 'none') return null;
  const delta = attentionDelta(kind.parameters, block.index, structure);
  const levels = scheme.levels(delta, aBits);
  const whole = kind.kind === 'integer' ? integerForms(scheme, block.softmax, aBits) : null;
  const { output, forms } = whole?.forms.every(({ tensor }) => read.has(tensor)) === true ? whole : valueForms(block.softmax, levels);
  return { scheme, delta, aBits, levels, output, forms };
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

/** The quantiser of one block's map; null leaves it in FP32. */
export function blockQuantizer(kind: CellNetwork, block: number, structure: ModelStructure): AttentionQuantizer | null {
  if (kind.kind === 'float' || kind.settings.scheme === 'none') return null;
  return createAttentionQuantizer(schemeById(kind.settings.scheme), attentionDelta(kind.parameters, block, structure), kind.settings.aBits);
}

function blockLevelNames(kind: CellNetwork, block: number, structure: ModelStructure): string[] {
  if (kind.kind === 'float' || kind.settings.scheme === 'none') return [];
  const scheme = schemeById(kind.settings.scheme);
  const delta = attentionDelta(kind.parameters, block, structure);
  return scheme.kind === 'none' ? [] : levelNames(scheme, delta, scheme.levels(delta, kind.settings.aBits));
}

function attentionDelta(parameters: NetworkParameters, block: number, structure: ModelStructure): number {
  const site = structure.sites.find((candidate) => candidate.kind === 'product' && candidate.role === 'matmul2' && candidate.block === block);
  const delta = site === undefined ? undefined : parameters.sites[site.name]?.A?.delta[0];
  if (delta === undefined) throw new Error(`no delta is known for the attention map of block ${block}`);
  return delta;
}
