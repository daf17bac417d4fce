/** What can be said about who flipped an image, from what the network answers when maps stay unquantised. */
import type { Blame, BypassOutcome } from '../../../shared/images';
import type { ModelRecord } from '../../../shared/records';

/** Heads tested without being asked for: all of a small network (they cost a moment), the five that moved most of a large one. */
export function headsTested({ parameters, blocks }: Pick<ModelRecord, 'parameters' | 'blocks'>): number {
  const heads = blocks.reduce((sum, block) => sum + block.heads, 0);
  // Half a pass for each head: up to some hundreds of millions of multiplications per token.
  return parameters * heads <= 5e7 ? heads : Math.min(5, heads);
}

export type Verdict =
  /** The answer is that of FP32 with everything quantised too. */
  | { readonly kind: 'unflipped' }
  /** Each of these heads alone brings the FP32 answer back; the surest first. */
  | {
    readonly kind: 'heads'; readonly heads: readonly { readonly block: number; readonly head: number }[];
    /** So many of them do that the image must lie near the border between two classes, where any change may flip it. */
    readonly fragile: boolean;
  }
  /** None of the heads tested, but all maps of one of these blocks together. */
  | { readonly kind: 'layers'; readonly blocks: readonly number[] }
  /** Only all maps of the network together. */
  | { readonly kind: 'maps' }
  /** Not the maps: weights and other activations. */
  | { readonly kind: 'elsewhere' };

/** Whether leaving this unquantised brings the FP32 answer back. */
export function restores({ answer, base }: Blame, outcome: BypassOutcome): boolean {
  return base.top5[0] !== answer && outcome.top5[0] === answer;
}

export function verdictOf(blame: Blame): Verdict {
  if (blame.base.top5[0] === blame.answer) return { kind: 'unflipped' };
  const surest = <T extends { readonly outcome: BypassOutcome }>(found: readonly T[]): T[] =>
    found.filter(({ outcome }) => restores(blame, outcome)).sort((a, b) => b.outcome.answerMargin - a.outcome.answerMargin);
  const heads = surest(blame.heads);
  if (heads.length > 0) return { kind: 'heads', heads: heads.map(({ block, head }) => ({ block, head })), fragile: heads.length >= 3 && heads.length > blame.heads.length / 4 };
  const layers = surest(blame.layers);
  if (layers.length > 0) return { kind: 'layers', blocks: layers.map(({ block }) => block) };
  return restores(blame, blame.everyMap) ? { kind: 'maps' } : { kind: 'elsewhere' };
}
