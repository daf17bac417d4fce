/** `MODEL.reference.SCHEME`: images per second of a calibrated network as a worker runs it, beside ONNX Runtime's FP32. Without decoding. */
import type { SchemeId } from '../../../src/shared/settings';
import { Workshop, type TaskContext } from '../../../src/engine/runtime/evaluate/workshop';
import type { BenchContext } from '../context';
import { interleave, timesOf } from '../interleave';
import type { BenchModel } from '../models';
import { randomPixels, together } from '../pixels';
import type { Bench, Row } from '../row';
import { ratios, summarise } from '../statistics';
import { benchOfSchemes } from './bench-of-schemes';
import { calibrateOnFew } from './calibrate-on-few';
import { createFloatBaseline } from './float-baseline';

/** One turn of one contestant lasts about this many images. */
const imagesPerTurn = 4;

export function evaluationBench(model: BenchModel, usual: readonly SchemeId[]): Bench {
  return benchOfSchemes(`${model}.reference`, usual, (context, schemes, idOf) => measure(context, model, schemes, idOf));
}

async function measure(context: BenchContext, model: BenchModel, schemes: readonly SchemeId[], idOf: (scheme: SchemeId) => string): Promise<Row[]> {
  const loaded = await context.models.load(model);
  const pixels = randomPixels(loaded.structure.input, imagesPerTurn);
  const parameters = await calibrateOnFew(loaded, schemes);
  const float = await createFloatBaseline(loaded, 1);
  const workshop = new Workshop(1);
  const task: TaskContext = { poll: () => undefined, emit: () => undefined, now: context.now };
  await workshop.perform({ kind: 'import', model, file: loaded.file }, task);
  for (const [scheme, found] of parameters) {
    await workshop.perform({ kind: 'load-cell', cell: scheme, model, batch: 1, network: { kind: 'reference', settings: { scheme, wBits: 4, aBits: 4 }, parameters: found } }, task);
  }
  const inputs = together(pixels);
  const contestants = new Map<string, () => Promise<void>>([['fp32', () => float.run(pixels)]]);
  for (const scheme of schemes) contestants.set(scheme, async () => void (await workshop.perform({ kind: 'logits', cell: scheme, inputs }, task)));
  const times = await interleave(contestants, { rounds: context.rounds(15), warmUp: 2, now: context.now });
  await workshop.perform({ kind: 'drop', keys: [model, ...schemes] }, task);
  await float.release();
  const perSecond = (took: readonly number[]): number[] => took.map((time) => (imagesPerTurn / time) * 1000);
  const fp32 = timesOf(times, 'fp32');
  return schemes.map((scheme) => {
    const own = timesOf(times, scheme);
    return {
      id: idOf(scheme),
      figures: { images_per_second: summarise(perSecond(own)), ratio_to_fp32: summarise(ratios(fp32, own)), fp32_images_per_second: summarise(perSecond(fp32)) },
    };
  });
}
