/** A run's network beside the float one, ready to be taken apart: what the questions of the layers page are answered from. */
import { at } from '../../../../shared/at';
import type { Overrides, OperandName } from '../../../../shared/overrides';
import { withOverrides } from '../../../../shared/overrides';
import type { IntegerMachine } from '../../../core/graph/integer/integer-plan';
import { planInteger } from '../../../core/graph/integer/integer-plan';
import { valueForms } from '../../../core/graph/integer/map-forms';
import { operandSetting, operandsOf, isMap } from '../../../core/graph/operand-setting';
import { rewriteFloat, rewriteReference } from '../../../core/graph/rewrite';
import type { Graph, ModelStructure, Site } from '../../../core/graph/types';
import { mixSites } from '../../../core/graph/worlds/mix-sites';
import { compareWorlds, type Worlds } from '../../../core/graph/worlds/worlds';
import type { CellNetwork } from '../../workers/protocol';
import type { BlockQuantizer } from '../block-quantizer';
import { mapWriters, rewriteFor } from '../cell';
import { MapStages } from '../map-stages';
import { residualNames } from '../residual';
import { SegmentChain, type ChainSpec } from '../segment-chain';

export interface StudySource {
  /** The float graph at the run's batch size. */
  readonly graph: Graph;
  readonly structure: ModelStructure;
  readonly machine: IntegerMachine;
  readonly batch: number;
  readonly threads: number;
  readonly network: CellNetwork;
}

export type ChainKind = 'float' | 'full';

export class LayerStudy {
  /** Float against the run's own arithmetic. */
  readonly worlds: Worlds;
  /** By block, as the run writes its maps, and as values in float32. Null leaves a map in FP32. */
  readonly writers: readonly (BlockQuantizer | null)[];
  /** For what runs beside the chains, which have their own: a map is written over by the next one. */
  readonly maps: MapStages;
  readonly valueMaps: MapStages;
  private readonly chainMaps: MapStages;
  private fakes: { readonly both: Worlds; readonly inputs: Worlds } | null = null;
  private readonly chains = new Map<ChainKind, SegmentChain>();
  private readonly integer: ReadonlySet<string>;

  /** `poll` may throw to stop. */
  constructor(readonly source: StudySource, poll: () => void) {
    const { graph, structure, machine, batch, network } = source;
    const quantised = rewriteFor(source, network, poll);
    this.worlds = compareWorlds(structure, rewriteFloat(graph, structure), quantised);
    this.writers = mapWriters(network, structure, quantised);
    this.maps = new MapStages(structure.blocks, this.writers, batch);
    this.chainMaps = new MapStages(structure.blocks, this.writers, batch);
    const values = this.writers.map((writer, index) => (writer === null ? null : { heads: writer.heads, ...valueForms(at(structure.blocks, index).softmax, new Float32Array(0)) }));
    this.valueMaps = new MapStages(structure.blocks, values, batch);
    const plan = network.kind === 'integer' ? planInteger(graph, structure, network.settings, network.parameters, machine) : new Map<string, { readonly kind: string }>();
    this.integer = new Set([...plan].flatMap(([site, { kind }]) => (kind === 'reference' ? [] : [site])));
  }

  site(name: string): Site {
    const site = this.source.structure.sites.find((candidate) => candidate.name === name);
    if (site === undefined) throw new Error(`there is no site ${name}`);
    return site;
  }

  /** Operands of the site that the run quantises. */
  operands(site: Site): OperandName[] {
    const { network } = this.source;
    if (network.kind === 'float') return [];
    return operandsOf(site).filter((operand) => (isMap(site, operand) ? at(this.writers, site.block) !== null : operandSetting(network.settings, site, operand).kind !== 'fp32'));
  }

  /** How the run computes a site; null in FP32. */
  arithmetic(site: Site): 'reference' | 'integer' | null {
    if (this.operands(site).length === 0) return null;
    return this.integer.has(site.name) ? 'integer' : 'reference';
  }

  /**
   * The network under fake quantisation with the run's parameters (those of integer arithmetic keep their whole zero points), each against the
   * float one: `both` with everything, `inputs` with weights in FP32. Throws for a float network.
   */
  fakeWorlds(poll: () => void): { readonly both: Worlds; readonly inputs: Worlds } {
    if (this.fakes !== null) return this.fakes;
    const { graph, structure, network } = this.source;
    if (network.kind === 'float') throw new Error('nothing is quantised in the float network');
    const rewrite = (overrides: Overrides | undefined): Worlds =>
      compareWorlds(structure, this.worlds.float, rewriteReference(graph, structure, { ...network.settings, ...(overrides === undefined ? {} : { overrides }) }, network.parameters, poll, { integerZeroPoint: network.kind === 'integer' }));
    const both = network.kind === 'reference' ? this.worlds : rewrite(network.settings.overrides);
    this.fakes = { both, inputs: rewrite(withOverrides(network.settings.overrides, { '*:weight': 'fp32' })) };
    return this.fakes;
  }

  /** The float network, or the run's, in segments; both leave the residual stream, as the cells do that are evaluated. */
  chain(kind: ChainKind): SegmentChain {
    const known = this.chains.get(kind);
    if (known !== undefined) return known;
    const chain = new SegmentChain(this.chainSpec(kind));
    this.chains.set(kind, chain);
    return chain;
  }

  /** A chain of its own that also lets out `keep`; it shares what it can with the one that is kept. */
  keeping(kind: ChainKind, keep: Iterable<string>): SegmentChain {
    const spec = this.chainSpec(kind);
    return new SegmentChain({ ...spec, keep: new Set([...spec.keep, ...keep]) }, this.chain(kind));
  }

  /** The float network with these sites quantised, sharing what it can with `base`. */
  mixture(on: ReadonlySet<string>, base: ChainKind): SegmentChain {
    const { structure } = this.source;
    const mapsOn = structure.blocks.map((block) => at(this.writers, block.index) !== null && structure.sites.some((site) => site.kind === 'product' && site.role === 'matmul2' && site.block === block.index && on.has(site.name)));
    return new SegmentChain({ ...this.chainSpec(base), rewritten: mixSites(this.worlds, on), mapsOn }, this.chain(base));
  }

  /** Frees the sessions of a chain; it loads again when it is needed. */
  async unload(kind: ChainKind): Promise<void> {
    await this.chains.get(kind)?.release();
    this.chains.delete(kind);
  }

  async release(): Promise<void> {
    await this.unload('float');
    await this.unload('full');
  }

  private chainSpec(kind: ChainKind): ChainSpec {
    const { graph, structure, threads } = this.source;
    return {
      structure, threads, maps: this.chainMaps,
      rewritten: kind === 'float' ? this.worlds.float : this.worlds.quantised,
      mapsOn: this.writers.map((writer) => kind === 'full' && writer !== null),
      keep: new Set(residualNames(graph, structure)),
    };
  }
}
