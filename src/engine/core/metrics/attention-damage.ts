/** What quantisation did to each head's attention map, row by row. */
import type { HeadDamage } from '../../../shared/attention';
import { topK } from './top-k';

export interface MapGeometry {
  readonly windows: number;
  readonly heads: number;
  readonly tokens: number;
}

const strongest = 5;
/** Quantised shares are floored here before the logarithm: a zero would make every KL infinite. */
const floor = 2 ** -24;
const logFloor = Math.log(floor);
/** A power of two. */
const slots = 128;

/** float, quantised: [windows, heads, tokens, tokens]; rows of `float` sum to 1. One record per head, means over all its rows. */
export function attentionDamage(float: Float32Array, quantised: Float32Array, { windows, heads, tokens }: MapGeometry): HeadDamage[] {
  const logs = new KnownLogs();
  return Array.from({ length: heads }, (_, head) => {
    const sum = { kl: 0, overlap: 0, drift: 0, lost: 0, entropy: 0 };
    for (let window = 0; window < windows; window++) {
      for (let row = 0; row < tokens; row++) {
        const start = ((window * heads + head) * tokens + row) * tokens;
        addRow(sum, float.subarray(start, start + tokens), quantised.subarray(start, start + tokens), logs);
      }
    }
    const rows = windows * tokens;
    return { head, kl: sum.kl / rows, topOverlap: sum.overlap / rows, rowSumDrift: sum.drift / rows, massLost: sum.lost / rows, entropyShift: sum.entropy / rows };
  });
}

interface Sums {
  kl: number;
  overlap: number;
  drift: number;
  lost: number;
  entropy: number;
}

function addRow(sum: Sums, p: Float32Array, q: Float32Array, logs: KnownLogs): void {
  let total = 0;
  for (let i = 0; i < q.length; i++) total += q[i];
  const scale = total > 0 ? 1 / total : 0;
  const logTotal = total > 0 ? Math.log(total) : 0;
  let kl = 0;
  let before = 0;
  let after = 0;
  let lost = 0;
  for (let i = 0; i < p.length; i++) {
    const value = q[i];
    const share = value * scale;
    const logShare = share > 0 ? logs.of(value) - logTotal : logFloor;
    if (p[i] > 0) {
      const logged = p[i] * Math.log(p[i]);
      kl += logged - p[i] * (share > floor ? logShare : logFloor);
      before -= logged;
    }
    if (share > 0) after -= share * logShare;
    if (value === 0) lost += p[i];
  }
  sum.lost += lost;
  sum.overlap += overlap(topK(p, strongest), topK(q, strongest));
  sum.kl += kl;
  sum.drift += total - 1;
  sum.entropy += after - before;
}

/** Share of `a` that is in `b`. */
function overlap(a: Int32Array, b: Int32Array): number {
  let both = 0;
  for (let i = 0; i < a.length; i++) if (b.includes(a[i])) both++;
  return both / a.length;
}

/** Logarithms of values that come again and again: a quantised map has as many as its scheme has levels. */
class KnownLogs {
  private readonly values = new Float64Array(slots).fill(Number.NaN);
  private readonly logs = new Float64Array(slots);
  private readonly float = new Float32Array(1);
  private readonly bits = new Uint32Array(this.float.buffer);

  of(value: number): number {
    this.float[0] = value;
    // Exponent and the first two bits of the fraction: the levels of every scheme have places of their own.
    const slot = (this.bits[0] >>> 21) % slots;
    if (this.values[slot] !== value) {
      this.values[slot] = value;
      this.logs[slot] = Math.log(value);
    }
    return this.logs[slot];
  }
}
