/** `calibration.MODEL.N`: a calibration from nothing with N images, in FP32 passes over the same images on the same thread. */
import { Calibrator } from '../../../src/engine/runtime/evaluate/calibrator';
import { interleave, timesOf } from '../interleave';
import type { BenchModel } from '../models';
import { randomPixels } from '../pixels';
import type { Bench, Row } from '../row';
import { ratios, summarise } from '../statistics';
import { createFloatBaseline } from './float-baseline';

const images = 32;
const scheme = 'BitLog2_Half_17';

/** What the command line does by default: W4A4, batch 1. */
const settings = { scheme, wBits: 4, aBits: 4 } as const;

export function calibrationBench(model: BenchModel, usual: boolean): Bench {
  const id = `calibration.${model}.${images}`;
  return {
    ids: [id],
    usual: usual ? [id] : [],
    async run(context): Promise<Row[]> {
      const loaded = await context.models.load(model);
      const pixels = randomPixels(loaded.structure.input, images);
      const float = await createFloatBaseline(loaded, 1);
      const nothing = (): void => undefined;
      const calibrate = async (): Promise<void> => {
        // Weights, sessions, statistics: all that stands between a fresh model and its parameters.
        const calibrator = await Calibrator.create(loaded.graph, loaded.structure, { wBits: settings.wBits, batch: 1, threads: 1, rounding: null }, nothing);
        await calibrator.calibrate(settings, pixels.map((data) => ({ pixels: data, valid: 1 })), { poll: nothing, onSite: nothing });
        await calibrator.release();
      };
      const times = await interleave(new Map<string, () => Promise<void>>([['fp32', () => float.run(pixels)], ['calibration', calibrate]]), { rounds: context.rounds(3), warmUp: context.quick ? 0 : 1, now: context.now });
      await float.release();
      const calibration = timesOf(times, 'calibration');
      return [{ id, figures: { fp32_passes: summarise(ratios(calibration, timesOf(times, 'fp32'))), seconds: summarise(calibration.map((time) => time / 1000)) } }];
    },
  };
}
