/**
 * `kernel.SCHEME`: the attention map of one DeiT-S block quantised where it lies, as evaluation does it, beside a plain copy of the same buffer.
 * Before each call, untimed, the map is written anew: what ONNX Runtime has just written is what the kernel finds in the caches.
 */
import { logSchemeIds, type SchemeId } from '../../../src/shared/settings';
import { createRandom } from '../../../src/engine/core/random/random';
import { digestCodes } from '../../../src/engine/core/kernels/digest-codes';
import { createAttentionQuantizer } from '../../../src/engine/core/quantizers/attention-quantizer';
import { calibrateScheme } from '../../../src/engine/core/quantizers/scheme-calibration';
import type { LogScheme } from '../../../src/engine/core/quantizers/scheme';
import { logSchemes } from '../../../src/engine/core/quantizers/scheme-table';
import { KernelMemory } from '../../../src/engine/runtime/kernels/kernel-memory';
import { integerForms } from '../../../src/engine/core/graph/integer/map-forms';
import { MapKernels, type MapJob } from '../../../src/engine/runtime/kernels/map-kernels';
import { interleave, timesOf } from '../interleave';
import type { Bench, Row } from '../row';
import { ratios, summarise, type Figure } from '../statistics';

const shape = { batch: 1, heads: 6, rows: 197, cols: 197 } as const;
const elements = shape.heads * shape.rows * shape.cols;
/** Calls per turn. */
const calls = 15;

const idOf = (scheme: SchemeId): string => `kernel.${scheme}`;

export const kernelBench: Bench = {
  ids: logSchemeIds.map(idOf),
  usual: logSchemeIds.map(idOf),
  async run(context, wanted): Promise<Row[]> {
    const schemes = logSchemes.filter(({ id }) => wanted.includes(idOf(id)));
    const stage = prepare(softmaxRows());
    const times = new Map<string, number[]>();
    const contestants = new Map(
      [['memcpy', stage.copy] as const, ...schemes.flatMap((scheme) => stage.contestants(scheme))].map(([name, work]): [string, () => void] => {
        const own: number[] = [];
        times.set(name, own);
        return [name, () => void own.push(turn(stage.renew, work, context.now))];
      }),
    );
    const [rounds, warmUp] = [context.rounds(31), 5];
    await interleave(contestants, { rounds, warmUp, now: context.now });
    const found = (name: string): readonly number[] => timesOf(times, name).slice(warmUp);
    const ratio = (name: string): Figure => summarise(ratios(found(name), found('memcpy')));
    const nanoseconds = (name: string): Figure => summarise(found(name).map((time) => (time * 1e6) / elements));
    return schemes.map(({ id }) => ({
      id: idOf(id),
      figures: {
        ns_per_element: nanoseconds(`${id} all`),
        ratio_to_memcpy: ratio(`${id} all`),
        values_ratio_to_memcpy: ratio(`${id} values`),
        codes_ratio_to_memcpy: ratio(`${id} codes`),
        integer_ratio_to_memcpy: ratio(`${id} integer`),
        table_ns_per_element: nanoseconds(`${id} table`),
        memcpy_ns_per_element: nanoseconds('memcpy'),
      },
    }));
  },
};

/** Milliseconds of one call, without what goes before it: the middle one of some, since a call is short and an interruption long. */
function turn(renew: () => void, work: () => void, now: () => number): number {
  const times = Array.from({ length: calls }, () => {
    renew();
    const start = now();
    work();
    return now() - start;
  });
  return summarise(times).median;
}

interface Stage {
  readonly renew: () => void;
  readonly copy: () => void;
  /** Of a scheme: values alone, values and codes, what evaluation asks for in either arithmetic, and the TypeScript twin with the same statistics. */
  contestants(scheme: LogScheme): [string, () => void][];
}

function prepare(map: Float32Array): Stage {
  const memory = new KernelMemory();
  const kernels = new MapKernels(memory);
  const [x, out, second, codes] = [memory.reserve(4 * elements), memory.reserve(4 * elements), memory.reserve(4 * elements), memory.reserve(elements)];
  const twinCodes = new Uint8Array(Math.ceil(elements / 4) * 4);
  const contestants = (scheme: LogScheme): [string, () => void][] => {
    const { delta } = calibrateScheme(scheme, [map], 4);
    const integerOutput = integerForms(scheme, 'map', 4)?.output;
    if (integerOutput === undefined) throw new Error(`${scheme.id} has no integer levels`);
    const values = kernels.compile({ scheme, delta, aBits: 4, output: 'values' });
    const integer = kernels.compile({ scheme, delta, aBits: 4, output: integerOutput });
    const counts = new Float64Array(shape.heads * values.levelCount);
    const job: MapJob = { x, out: x, shape };
    const integerJob: MapJob = { ...job, counts, digest: 0, out: integerOutput === 'level-bytes' ? out : x, ...(integerOutput === 'two-accumulators' ? { second } : {}) };
    const twin = createAttentionQuantizer(scheme, delta, 4);
    return [
      [`${scheme.id} values`, () => void values.run(job)],
      [`${scheme.id} codes`, () => void values.run({ ...job, codes })],
      [`${scheme.id} all`, () => void values.run({ ...job, counts, digest: 0 })],
      [`${scheme.id} integer`, () => void integer.run(integerJob)],
      [
        `${scheme.id} table`,
        () => {
          const whole = memory.f32(x, elements);
          twin.quantizeHeads(whole, whole, twinCodes.subarray(0, elements), shape, counts);
          digestCodes(twinCodes, elements, 0);
        },
      ],
    ];
  };
  // Views for each use: compiling may grow the memory, and that detaches them.
  return { renew: () => memory.f32(x, elements).set(map), copy: () => memory.f32(out, elements).set(memory.f32(x, elements)), contestants };
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
