/** `kernel.SCHEME`: the attention map of one DeiT-S block quantised where it lies, as evaluation does it, beside a plain copy of the same buffer. */
import { logSchemeIds, type SchemeId } from '../../../src/shared/settings';
import { createRandom } from '../../../src/engine/core/random/random';
import { digestCodes } from '../../../src/engine/core/kernels/digest-codes';
import { createAttentionQuantizer } from '../../../src/engine/core/quantizers/attention-quantizer';
import { calibrateScheme } from '../../../src/engine/core/quantizers/scheme-calibration';
import type { LogScheme } from '../../../src/engine/core/quantizers/scheme';
import { logSchemes } from '../../../src/engine/core/quantizers/scheme-table';
import { KernelMemory } from '../../../src/engine/runtime/kernels/kernel-memory';
import type { MapOutput } from '../../../src/engine/core/graph/integer/map-forms';
import { MapKernels, type MapJob } from '../../../src/engine/runtime/kernels/map-kernels';
import { interleave, timesOf } from '../interleave';
import type { Bench, Row } from '../row';
import { ratios, summarise, type Figure } from '../statistics';

const shape = { batch: 1, heads: 6, rows: 197, cols: 197 } as const;
const elements = shape.heads * shape.rows * shape.cols;
/** Calls per turn: one call is too short for the clock. */
const calls = 20;

const idOf = (scheme: SchemeId): string => `kernel.${scheme}`;

export const kernelBench: Bench = {
  ids: logSchemeIds.map(idOf),
  usual: logSchemeIds.map(idOf),
  async run(context, wanted): Promise<Row[]> {
    const schemes = logSchemes.filter(({ id }) => wanted.includes(idOf(id)));
    const stage = prepare(softmaxRows());
    const contestants = new Map([['memcpy', stage.copy], ...schemes.flatMap((scheme) => stage.contestants(scheme))].map(([name, work]) => [name, () => repeat(work)]));
    const times = await interleave(contestants, { rounds: context.rounds(31), warmUp: 5, now: context.now });
    const copy = timesOf(times, 'memcpy');
    const ratio = (name: string): Figure => summarise(ratios(timesOf(times, name), copy));
    const nanoseconds = (name: string): Figure => summarise(timesOf(times, name).map((time) => (time * 1e6) / calls / elements));
    return schemes.map(({ id }) => ({
      id: idOf(id),
      figures: {
        ns_per_element: nanoseconds(`${id} all`),
        ratio_to_memcpy: ratio(`${id} all`),
        values_ratio_to_memcpy: ratio(`${id} values`),
        codes_ratio_to_memcpy: ratio(`${id} codes`),
        integer_ratio_to_memcpy: ratio(`${id} integer`),
        table_ns_per_element: nanoseconds(`${id} table`),
      },
    }));
  },
};

interface Stage {
  readonly copy: () => void;
  /** Of a scheme: values alone, values and codes, what evaluation asks for in either arithmetic, and the TypeScript twin with the same statistics. */
  contestants(scheme: LogScheme): [string, () => void][];
}

function prepare(map: Float32Array): Stage {
  const memory = new KernelMemory();
  const kernels = new MapKernels(memory);
  const [x, out, second, codes] = [memory.reserve(4 * elements), memory.reserve(4 * elements), memory.reserve(4 * elements), memory.reserve(elements)];
  // Room for the plans that follow: growing would detach the views of the copy.
  memory.reserve(1 << 16);
  memory.f32(x, elements).set(map);
  const twinOut = new Float32Array(elements);
  const twinCodes = new Uint8Array(Math.ceil(elements / 4) * 4);
  const contestants = (scheme: LogScheme): [string, () => void][] => {
    const { delta } = calibrateScheme(scheme, [map], 4);
    const integer: MapOutput = scheme.kind === 'sqrt2' ? 'two-accumulators' : 'levels';
    const values = kernels.compile({ scheme, delta, aBits: 4, output: 'values' });
    const levels = kernels.compile({ scheme, delta, aBits: 4, output: integer });
    const counts = new Float64Array(shape.heads * values.levelCount);
    const job: MapJob = { x, out, shape };
    const twin = createAttentionQuantizer(scheme, delta, 4);
    return [
      [`${scheme.id} values`, () => void values.run(job)],
      [`${scheme.id} codes`, () => void values.run({ ...job, codes })],
      [`${scheme.id} all`, () => void values.run({ ...job, counts, digest: 0 })],
      [`${scheme.id} integer`, () => void levels.run({ ...job, counts, digest: 0, ...(scheme.kind === 'sqrt2' ? { second } : {}) })],
      [
        `${scheme.id} table`,
        () => {
          twin.quantizeHeads(map, twinOut, twinCodes.subarray(0, elements), shape, counts);
          digestCodes(twinCodes, elements, 0);
        },
      ],
    ];
  };
  return { copy: () => memory.f32(out, elements).set(memory.f32(x, elements)), contestants };
}

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
