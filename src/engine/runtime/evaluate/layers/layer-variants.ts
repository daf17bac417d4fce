/**
 * Networks that differ from the float or from the run's network in one site. What lies before the site is the unchanged network: it runs once for
 * all sites behind a cut, and each variant begins at the segment in which it differs.
 */
import { at } from '../../../../shared/at';
import type { SensitivityKind } from '../../../../shared/layers';
import { logitDivergence } from '../../../core/metrics/logit-divergence';
import { topK } from '../../../core/metrics/top-k';
import type { LoadedBatch } from '../load-pixels';
import { floatsIn, keepTensors, type Live, type SegmentChain } from '../segment-chain';
import type { ChainKind, LayerStudy } from './layer-study';
import { pictureLive } from './picture-live';

/** An image's answer against FP32. */
export interface Answer {
  /** KL of the class distributions, FP32 against this, nats. */
  readonly kl: number;
  /** The best class. */
  readonly best: number;
}

export interface Baseline {
  /** [images, classes] of the FP32 network. */
  readonly float: Float32Array;
  readonly answers: { readonly float: readonly Answer[]; readonly full: readonly Answer[] };
}

export interface Variant {
  readonly answers: readonly Answer[];
  /** Segments that ran per batch, of how many a whole pass has. */
  readonly segments: number;
  readonly whole: number;
}

/** Most bytes of crossing tensors that a worker keeps for the next site. */
const prefixBytes = 256e6;

/** What crosses a cut, of one batch. */
interface BatchLive {
  readonly live: Live;
  /** Images that count; the rest is padding. */
  readonly valid: number;
}

/** What crosses a cut of the unchanged network, for some chunks of images: the newest, within a budget. */
export class Prefixes {
  private readonly known = new Map<string, { readonly first: number; readonly lives: readonly BatchLive[]; readonly bytes: number }>();

  /** Hands out what was kept for these images at or before `first`. */
  take(key: string, first: number): { readonly first: number; readonly lives: readonly BatchLive[] } | null {
    const found = this.known.get(key);
    if (found === undefined || found.first > first) return null;
    this.known.delete(key);
    return found;
  }

  keep(key: string, first: number, lives: readonly BatchLive[]): void {
    const bytes = lives.reduce((sum, { live }) => sum + [...live.values()].reduce((all, { data }) => all + data.byteLength, 0), 0);
    this.known.delete(key);
    this.known.set(key, { first, lives, bytes });
    let total = [...this.known.values()].reduce((sum, each) => sum + each.bytes, 0);
    for (const [oldest, each] of this.known) {
      if (total <= prefixBytes) break;
      total -= each.bytes;
      this.known.delete(oldest);
    }
  }

  clear(): void {
    this.known.clear();
  }
}

export const baseOf = (kind: SensitivityKind): ChainKind => (kind === 'on-alone' ? 'float' : 'full');

/** The FP32 network and the run's on some batches. */
export async function layerBaseline(study: LayerStudy, batches: readonly LoadedBatch[], poll: () => void): Promise<Baseline> {
  const float = await wholeLogits(study, 'float', batches, poll);
  const full = await wholeLogits(study, 'full', batches, poll);
  return { float, answers: { float: answersOf(study, float, float), full: answersOf(study, float, full) } };
}

export interface VariantQuestion {
  readonly kind: SensitivityKind;
  readonly site: string;
  /** Equal for equal images. */
  readonly images: string;
  /** Called when nothing is kept of them. */
  readonly load: () => readonly LoadedBatch[];
  /** FP32 logits, [images, classes]. */
  readonly float: Float32Array;
}

/** One variant on some images. */
export async function layerVariant(study: LayerStudy, prefixes: Prefixes, { kind, site, images, load, float }: VariantQuestion, poll: () => void): Promise<Variant> {
  const { structure } = study.source;
  const names = structure.sites.map(({ name }) => name);
  // The other one was for the baseline: two networks at once are not needed.
  await study.unload(kind === 'on-alone' ? 'full' : 'float');
  const base = study.chain(baseOf(kind));
  const variant = study.mixture(new Set(kind === 'on-alone' ? [site] : names.filter((name) => name !== site)), baseOf(kind));
  try {
    const lives = await prefixUpTo(study, prefixes, { base, key: `${kind}/${images}`, variant, load }, poll);
    const logits: Float32Array[] = [];
    for (const { live: kept, valid } of lives) {
      const live = new Map(kept);
      await variant.run(live, variant.first, variant.length, poll);
      logits.push(floatsIn(live, structure.output.name).data.slice(0, valid * structure.output.classes));
    }
    return { answers: answersOf(study, float, joined(logits)), segments: variant.length - variant.first, whole: variant.length };
  } finally {
    await variant.release();
  }
}

interface PrefixQuestion {
  readonly base: SegmentChain;
  readonly key: string;
  readonly variant: SegmentChain;
  readonly load: () => readonly LoadedBatch[];
}

/** What the variant reads of the unchanged network, batch by batch. */
async function prefixUpTo(study: LayerStudy, prefixes: Prefixes, { base, key, variant, load }: PrefixQuestion, poll: () => void): Promise<readonly BatchLive[]> {
  const { first } = variant;
  const found = prefixes.take(key, first);
  const from = found?.first ?? 0;
  const starts = found?.lives ?? load().filter(({ loaded }) => loaded.length > 0).map((batch): BatchLive => ({ live: pictureLive(study, batch), valid: batch.loaded.length }));
  const names = new Set([...base.inputsFrom(first), ...variant.inputsFrom(first), ...(first === base.length ? [study.source.structure.output.name] : [])]);
  const lives: BatchLive[] = [];
  for (const start of starts) {
    const live = new Map(start.live);
    await base.run(live, from, first, poll);
    lives.push(first === from ? start : { live: keepTensors(live, names), valid: start.valid });
  }
  prefixes.keep(key, first, lives);
  return lives;
}

async function wholeLogits(study: LayerStudy, kind: ChainKind, batches: readonly LoadedBatch[], poll: () => void): Promise<Float32Array> {
  const { output } = study.source.structure;
  const chain = study.chain(kind);
  const logits: Float32Array[] = [];
  for (const batch of batches) {
    if (batch.loaded.length === 0) continue;
    const live = pictureLive(study, batch);
    await chain.run(live, 0, chain.length, poll);
    logits.push(floatsIn(live, output.name).data.slice(0, batch.loaded.length * output.classes));
  }
  return joined(logits);
}

function answersOf({ source: { structure } }: LayerStudy, float: Float32Array, other: Float32Array): Answer[] {
  const { classes } = structure.output;
  if (float.length !== other.length) throw new Error(`${other.length} logits against ${float.length}`);
  return Array.from({ length: float.length / classes }, (_, image) => {
    const logits = other.subarray(image * classes, (image + 1) * classes);
    return { kl: logitDivergence(float.subarray(image * classes, (image + 1) * classes), logits), best: at(topK(logits, 1), 0) };
  });
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
