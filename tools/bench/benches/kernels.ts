/** `kernel.SCHEME`: the attention map of one DeiT-S block quantised, coded and counted, beside a plain copy of the same buffer. */
import { logSchemeIds, type SchemeId } from '../../../src/shared/settings';
import { createRandom } from '../../../src/engine/core/random/random';
import { createAttentionQuantizer } from '../../../src/engine/core/quantizers/attention-quantizer';
import { calibrateScheme } from '../../../src/engine/core/quantizers/scheme-calibration';
import { schemeById } from '../../../src/engine/core/quantizers/scheme-table';
import { interleave, timesOf } from '../interleave';
import type { Bench, Row } from '../row';
import { ratios, summarise } from '../statistics';

const shape = { batch: 1, heads: 6, rows: 197, cols: 197 } as const;
const elements = shape.heads * shape.rows * shape.cols;
/** Calls per turn: one call is too short for the clock. */
const calls = 20;

const idOf = (scheme: SchemeId): string => `kernel.${scheme}`;

export const kernelBench: Bench = {
  ids: logSchemeIds.map(idOf),
  usual: logSchemeIds.map(idOf),
  async run(context, wanted): Promise<Row[]> {
    const schemes = logSchemeIds.filter((scheme) => wanted.includes(idOf(scheme)));
    const map = softmaxRows();
    const out = new Float32Array(elements);
    const codes = new Uint8Array(elements);
    const contestants = new Map<string, () => void>([['memcpy', () => repeat(() => out.set(map))]]);
    for (const id of schemes) {
      const scheme = schemeById(id);
      const quantizer = createAttentionQuantizer(scheme, calibrateScheme(scheme, [map], 4).delta, 4);
      const counts = new Float64Array(shape.heads * quantizer.levelCount);
      contestants.set(id, () => repeat(() => quantizer.quantizeHeads(map, out, codes, shape, counts)));
    }
    const times = await interleave(contestants, { rounds: context.rounds(21), warmUp: 3, now: context.now });
    const copy = timesOf(times, 'memcpy');
    return schemes.map((scheme) => {
      const own = timesOf(times, scheme);
      const nanoseconds = own.map((time) => (time * 1e6) / calls / elements);
      return { id: idOf(scheme), figures: { ns_per_element: summarise(nanoseconds), ratio_to_memcpy: summarise(ratios(own, copy)) } };
    });
  },
};

function repeat(work: () => void): void {
  for (let call = 0; call < calls; call++) work();
}

/** Rows of a softmax over normal scores: mostly small values, a few large ones, as attention has. */
function softmaxRows(): Float32Array {
  const random = createRandom(5);
  const map = new Float32Array(elements);
  for (let start = 0; start < elements; start += shape.cols) {
    let sum = 0;
    for (let i = start; i < start + shape.cols; i++) sum += map[i] = Math.exp(2.5 * random.normal());
    for (let i = start; i < start + shape.cols; i++) map[i] = (map[i] ?? 0) / sum;
  }
  return map;
}
