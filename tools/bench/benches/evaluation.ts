/** `MODEL.reference.SCHEME`: images per second of a calibrated network as a worker runs it, beside ONNX Runtime's FP32. Without decoding. */
import { at } from '../../../src/shared/at';
import { logSchemeIds, type SchemeId } from '../../../src/shared/settings';
import type { NetworkParameters } from '../../../src/engine/core/graph/parameters';
import { Calibrator } from '../../../src/engine/runtime/evaluate/calibrator';
import { Workshop, type TaskContext } from '../../../src/engine/runtime/evaluate/workshop';
import type { BenchContext } from '../context';
import { interleave, timesOf } from '../interleave';
import type { BenchModel, LoadedModel } from '../models';
import { randomPixels } from '../pixels';
import type { Bench, Row } from '../row';
import { ratios, summarise } from '../statistics';
import { createFloatBaseline } from './float-baseline';

const calibrationImages = 2;
/** One turn of one contestant lasts about this many images. */
const imagesPerTurn = 4;

export function evaluationBench(model: BenchModel, usual: readonly SchemeId[]): Bench {
  const idOf = (scheme: SchemeId): string => `${model}.reference.${scheme}`;
  return {
    ids: logSchemeIds.map(idOf),
    usual: usual.map(idOf),
    run: (context, wanted) => measure(context, model, logSchemeIds.filter((scheme) => wanted.includes(idOf(scheme))), idOf),
  };
}

async function measure(context: BenchContext, model: BenchModel, schemes: readonly SchemeId[], idOf: (scheme: SchemeId) => string): Promise<Row[]> {
  const loaded = await context.models.load(model);
  const pixels = randomPixels(loaded.structure.input, imagesPerTurn);
  const parameters = await calibrate(loaded, pixels.slice(0, calibrationImages), schemes);
  const float = await createFloatBaseline(loaded, 1);
  const workshop = new Workshop(1);
  const task: TaskContext = { poll: () => undefined, emit: () => undefined, now: context.now };
  await workshop.perform({ kind: 'import', model, file: loaded.file }, task);
  for (const [scheme, found] of parameters) {
    await workshop.perform({ kind: 'load-cell', cell: scheme, model, batch: 1, network: { kind: 'reference', settings: { scheme, wBits: 4, aBits: 4 }, parameters: found } }, task);
  }
  const inputs = Float32Array.from({ length: imagesPerTurn * at(pixels, 0).length }, (_, index) => at(at(pixels, Math.floor(index / at(pixels, 0).length)), index % at(pixels, 0).length));
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

/** Parameters found on a few images: they need not be good, only real. */
async function calibrate({ graph, structure }: LoadedModel, pixels: readonly Float32Array[], schemes: readonly SchemeId[]): Promise<Map<SchemeId, NetworkParameters>> {
  const nothing = (): void => undefined;
  const calibrator = await Calibrator.create(graph, structure, { wBits: 4, batch: 1, threads: 1, rounding: null }, nothing);
  const found = new Map<SchemeId, NetworkParameters>();
  for (const scheme of schemes) {
    found.set(scheme, await calibrator.calibrate({ scheme, wBits: 4, aBits: 4 }, pixels.map((data) => ({ pixels: data, valid: 1 })), { poll: nothing, onSite: nothing }));
  }
  await calibrator.release();
  return found;
}
