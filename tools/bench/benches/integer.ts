/**
 * `MODEL.integer.SCHEME`: images per second in integer arithmetic as a worker runs it, beside ONNX Runtime's FP32, each at the best of its batch
 * sizes. On one thread, without decoding.
 */
import type { SchemeId } from '../../../src/shared/settings';
import { integerParameters } from '../../../src/engine/core/graph/integer/integer-parameters';
import { rebatch } from '../../../src/engine/core/graph/rebatch';
import { Workshop, type TaskContext } from '../../../src/engine/runtime/evaluate/workshop';
import type { BenchContext } from '../context';
import { interleave, timesOf } from '../interleave';
import type { BenchModel, LoadedModel } from '../models';
import { randomPixels, together } from '../pixels';
import type { Bench, Row } from '../row';
import { ratios, summarise } from '../statistics';
import { benchOfSchemes } from './bench-of-schemes';
import { calibrateOnFew } from './calibrate-on-few';
import { createFloatBaseline } from './float-baseline';

const batches = [1, 2, 4, 8] as const;
/** One turn of one contestant: whole batches of every size. */
const imagesPerTurn = 8;

/** Something that runs the images of a turn. */
interface Contestant {
  run(): Promise<void>;
  release(): Promise<void>;
}

export function integerBench(model: BenchModel, usual: readonly SchemeId[]): Bench {
  return benchOfSchemes(`${model}.integer`, usual, (context, schemes, idOf) => measure(context, model, schemes, idOf));
}

async function measure(context: BenchContext, model: BenchModel, schemes: readonly SchemeId[], idOf: (scheme: SchemeId) => string): Promise<Row[]> {
  const loaded = await context.models.load(model);
  const pixels = randomPixels(loaded.structure.input, imagesPerTurn);
  const parameters = await calibrateOnFew(loaded, schemes);
  const workshop = new Workshop(1);
  const task: TaskContext = { poll: () => undefined, emit: () => undefined, now: context.now };
  await workshop.perform({ kind: 'import', model, file: loaded.file }, task);
  const inputs = together(pixels);
  const integer = (scheme: SchemeId) => async (batch: number): Promise<Contestant> => {
    const found = parameters.get(scheme);
    if (found === undefined) throw new Error(`${scheme} was not calibrated`);
    const cell = `${scheme}.${batch}`;
    await workshop.perform({ kind: 'load-cell', cell, model, batch, network: { kind: 'integer', settings: { scheme, wBits: 4, aBits: 4 }, parameters: integerParameters(found) } }, task);
    return {
      run: async () => void (await workshop.perform({ kind: 'logits', cell, inputs }, task)),
      release: async () => void (await workshop.perform({ kind: 'drop', keys: [cell] }, task)),
    };
  };
  const float = await atBestBatch(context, (batch) => floatAt(loaded, batch, pixels));
  const rows: Row[] = [];
  for (const scheme of schemes) {
    const own = await atBestBatch(context, integer(scheme));
    const times = await interleave(new Map([['fp32', float.contestant.run], ['integer', own.contestant.run]]), { rounds: context.rounds(11), warmUp: 1, now: context.now });
    await own.contestant.release();
    const perSecond = (took: readonly number[]): number[] => took.map((time) => (imagesPerTurn / time) * 1000);
    const [fp32, took] = [timesOf(times, 'fp32'), timesOf(times, 'integer')];
    rows.push({
      id: idOf(scheme),
      figures: {
        images_per_second: summarise(perSecond(took)), ratio_to_fp32: summarise(ratios(fp32, took)), fp32_images_per_second: summarise(perSecond(fp32)),
        batch: summarise([own.batch]), fp32_batch: summarise([float.batch]),
      },
    });
  }
  await float.contestant.release();
  await workshop.perform({ kind: 'drop', keys: [model] }, task);
  return rows;
}

/** Tries each batch size on two turns and keeps the fastest loaded. */
async function atBestBatch(context: BenchContext, load: (batch: number) => Promise<Contestant>): Promise<{ batch: number; contestant: Contestant }> {
  let best = { batch: 1, time: Infinity };
  for (const batch of batches) {
    const contestant = await load(batch);
    const times = await interleave(new Map([['run', contestant.run]]), { rounds: 2, warmUp: 1, now: context.now });
    const time = Math.min(...timesOf(times, 'run'));
    if (time < best.time) best = { batch, time };
    await contestant.release();
  }
  return { batch: best.batch, contestant: await load(best.batch) };
}

async function floatAt({ graph, structure, file }: LoadedModel, batch: number, pixels: readonly Float32Array[]): Promise<Contestant> {
  const baseline = await createFloatBaseline({ graph: batch === 1 ? graph : rebatch(graph, batch), structure, file }, 1, batch);
  const grouped = Array.from({ length: pixels.length / batch }, (_, group) => together(pixels.slice(group * batch, (group + 1) * batch)));
  return { run: () => baseline.run(grouped), release: () => baseline.release() };
}
