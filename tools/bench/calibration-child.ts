/** The other end of `calibration.memory`: one model, one calibration on pixels made as they are asked for, and nothing else in the process. */
import { importModel } from '../../src/engine/runtime/ort/import-model';
import { Calibrator, type PixelBatch } from '../../src/engine/runtime/evaluate/calibrator';
import { scratchFileSystem } from '../../src/engine/runtime/evaluate/scratch-file-system';
import { answerOf } from './child-process';
import { randomPixels } from './pixels';
import { peakResidentBytes } from './resident';

export const calibrationChildFlag = '--calibration-child';

export interface CalibrationTask {
  readonly modelFile: string;
  readonly images: number;
  /** Where the temporary file is made. */
  readonly folder: string;
}

export interface CalibrationAnswer {
  readonly peakBytes: number;
  readonly seconds: number;
}

/** Different pictures; more images are these again, shifted, so that they need no memory of their own. */
const different = 8;

/** Does the task in this process. */
export async function performCalibrationTask({ modelFile, images, folder }: CalibrationTask): Promise<CalibrationAnswer> {
  const { graph, structure } = await importModel(modelFile);
  const nothing = (): void => undefined;
  const pictures = randomPixels(structure.input, different);
  const pixels = new Float32Array(pictures[0]?.length ?? 0);
  function* batches(): Generator<PixelBatch, void, undefined> {
    for (let index = 0; index < images; index++) {
      const picture = pictures[index % different];
      if (picture === undefined) throw new Error('there are no pictures');
      for (let i = 0; i < pixels.length; i++) pixels[i] = (picture[i] ?? 0) + index / images;
      yield { pixels, valid: 1 };
    }
  }
  const start = performance.now();
  const calibrator = await Calibrator.create(graph, structure, { wBits: 4, batch: 1, threads: 1, rounding: null }, nothing);
  await calibrator.calibrate({ scheme: 'BitLog2_Half_17', wBits: 4, aBits: 4 }, batches(), { poll: nothing, onSite: nothing, scratch: { folder, files: scratchFileSystem } });
  const seconds = (performance.now() - start) / 1000;
  await calibrator.release();
  return { peakBytes: peakResidentBytes(), seconds };
}

export function calibrateInChild(program: string, task: CalibrationTask): Promise<CalibrationAnswer> {
  return answerOf<CalibrationAnswer>(program, calibrationChildFlag, task);
}
