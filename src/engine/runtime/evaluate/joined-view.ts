/** One image in the float and in the quantised network, joined: what the pages show of it. */
import { at } from '../../../shared/at';
import type { ErrorFigures, HeadDamage } from '../../../shared/attention';
import type { ModelStructure } from '../../core/graph/types';
import { attentionDamage } from '../../core/metrics/attention-damage';
import { errorFigures } from '../../core/metrics/error-figures';
import type { PredictionRow } from '../store/store-types';
import type { MapView, PassView } from '../workers/protocol';
import { decodeHeads } from './view';

export class JoinedView {
  /** Error of the residual stream in front of each block, and of the logits. */
  readonly depthError: readonly { readonly name: string; readonly error: ErrorFigures }[];
  private readonly known = new Map<number, readonly HeadDamage[]>();

  /** For an FP32 run both passes are the same one. */
  constructor(private readonly floatPass: PassView, private readonly quantizedPass: PassView, private readonly structure: ModelStructure) {
    this.depthError = depthError(floatPass, quantizedPass, structure);
  }

  get float(): PredictionRow {
    return this.floatPass.outcome;
  }

  get quantized(): PredictionRow {
    return this.quantizedPass.outcome;
  }

  /** By block and head: code -> value; empty for a head that stays in FP32. */
  get levels(): PassView['levels'] {
    return this.quantizedPass.levels;
  }

  /** By block and head, code by code. */
  get levelNames(): PassView['levelNames'] {
    return this.quantizedPass.levelNames;
  }

  /** [windows, heads, tokens, tokens] of FP32. */
  fp32(block: number): Float32Array {
    return at(this.floatPass.maps, block).before;
  }

  /** The same of the quantised network, before its quantiser and as codes. */
  map(block: number): MapView {
    return at(this.quantizedPass.maps, block);
  }

  /** The values that the quantised network goes on with. */
  after(block: number): Float32Array {
    return decodeHeads(this.map(block), at(this.levels, block), at(this.structure.blocks, block).tokens);
  }

  /** What quantisation did to each head of a block. Computed when it is asked for first: a block of 6 heads and 197 tokens takes some 10 ms. */
  damage(block: number): readonly HeadDamage[] {
    const known = this.known.get(block);
    if (known !== undefined) return known;
    const { windows, heads, tokens } = at(this.structure.blocks, block);
    const damage = attentionDamage(this.fp32(block), this.after(block), { windows: windows?.count ?? 1, heads, tokens });
    this.known.set(block, damage);
    return damage;
  }

  /** Of all blocks; other work of this thread gets its turn between two blocks. */
  async allDamage(): Promise<(readonly HeadDamage[])[]> {
    const all: (readonly HeadDamage[])[] = [];
    for (const { index } of this.structure.blocks) {
      if (!this.known.has(index)) await new Promise((resolve) => { setImmediate(resolve); });
      all.push(this.damage(index));
    }
    return all;
  }
}

function depthError(float: PassView, quantized: PassView, { blocks, output }: ModelStructure): { name: string; error: ErrorFigures }[] {
  const actual = new Map(quantized.residual.map(({ name, values }) => [name, values]));
  const rows = float.residual.map(({ name, values }, index) => {
    const other = actual.get(name);
    if (other === undefined) throw new Error(`the tensor ${name} was not computed`);
    return { name: at(blocks, index).name, error: errorFigures(values, other) };
  });
  return [...rows, { name: output.name, error: errorFigures(float.logits, quantized.logits) }];
}
