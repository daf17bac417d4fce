/**
 * `workers.jpeg`: what decoding costs a whole evaluation with two workers: images per second from JPEG files as ImageNet has them, and from
 * PNG files of one pixel, which are decoded in no time. Everything else is the same, and the networks do not mind what they see.
 */
import { join } from 'node:path';
import { createEngine } from '../../../src/engine';
import { encodePng } from '../../../src/engine/runtime/decode/png-encoder';
import { specOf } from '../child-task';
import { jpegFiles } from '../jpeg-pictures';
import { layOut } from '../pictures';
import type { Bench, Row } from '../row';
import { ratios, summarise } from '../statistics';
import { rateOf, type Rate } from './workers';

const id = 'workers.jpeg';
const model = 'deit_small';
const images = 96;
/** The clock starts when a quarter is stored: by then every worker has loaded its network. */
const settled = images / 4;

export const workersJpegBench: Bench = {
  ids: [id],
  usual: [id],
  async run(context): Promise<Row[]> {
    const sets = { jpeg: join(context.folder, 'pictures-jpeg'), pixel: join(context.folder, 'pictures-pixel') };
    layOut(sets.jpeg, jpegFiles(12), 'jpg', { count: images, calibration: 8 });
    layOut(sets.pixel, [encodePng({ width: 1, height: 1, data: Uint8Array.of(90, 120, 150) })], 'png', { count: images, calibration: 8 });
    const modelFile = context.models.file(model);
    const engine = createEngine({ workerPath: context.worker, resourcesPath: context.resources, defaultWorkspace: join(context.folder, 'workers-jpeg.bitlog2'), version: 'bench', workers: 2 });
    const rate = (dataset: string): Promise<Rate> =>
      rateOf(engine, specOf({ modelFile, dataset, schemes: ['BitLog2_Half_17'], withFp32: false, arithmetic: 'integer', calibrationImages: 2, batch: 1, workers: 2 }), settled, context.now);
    const jpeg: Rate[] = [];
    const pixel: Rate[] = [];
    try {
      for (let round = 0; round < context.rounds(5); round++) {
        jpeg.push(await rate(sets.jpeg));
        pixel.push(await rate(sets.pixel));
      }
    } finally {
      await engine.close();
    }
    const perSecond = (rates: readonly Rate[]): number[] => rates.map((found) => found.perSecond);
    const perProcessorSecond = (rates: readonly Rate[]): number[] => rates.map((found) => found.perProcessorSecond);
    return [{
      id,
      figures: {
        ratio_to_decoded: summarise(ratios(perSecond(jpeg), perSecond(pixel))),
        processor_ratio_to_decoded: summarise(ratios(perProcessorSecond(jpeg), perProcessorSecond(pixel))),
        images_per_second: summarise(perSecond(jpeg)),
        decoded_images_per_second: summarise(perSecond(pixel)),
      },
    }];
  },
};
