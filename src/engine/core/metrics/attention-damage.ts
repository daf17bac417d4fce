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

/** float, quantised: [windows, heads, tokens, tokens]; rows of `float` sum to 1. One record per head, means over all its rows. */
export function attentionDamage(float: Float32Array, quantised: Float32Array, { windows, heads, tokens }: MapGeometry): HeadDamage[] {
  return Array.from({ length: heads }, (_, head) => {
    const sum = { kl: 0, overlap: 0, drift: 0, lost: 0, entropy: 0 };
    for (let window = 0; window < windows; window++) {
      for (let row = 0; row < tokens; row++) {
        const start = ((window * heads + head) * tokens + row) * tokens;
        addRow(sum, float.subarray(start, start + tokens), quantised.subarray(start, start + tokens));
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

function addRow(sum: Sums, p: Float32Array, q: Float32Array): void {
  let total = 0;
  for (let i = 0; i < q.length; i++) total += q[i];
  const scale = total > 0 ? 1 / total : 0;
  let kl = 0;
  let before = 0;
  let after = 0;
  for (let i = 0; i < p.length; i++) {
    const share = q[i] * scale;
    // Two logarithms per element: they are most of what a view costs beside the networks.
    const logShare = share > floor ? Math.log(share) : logFloor;
    if (p[i] > 0) {
      const logged = p[i] * Math.log(p[i]);
      kl += logged - p[i] * logShare;
      before -= logged;
    }
    if (share > 0) after -= share * (share > floor ? logShare : Math.log(share));
    if (q[i] === 0) sum.lost += p[i];
  }
  const k = Math.min(strongest, p.length);
  const kept = new Set(topK(q, k));
  sum.overlap += topK(p, k).reduce((count, index) => count + (kept.has(index) ? 1 : 0), 0) / k;
  sum.kl += kl;
  sum.drift += total - 1;
  sum.entropy += after - before;
}
