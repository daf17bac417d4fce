/** `memory.flat`: resident memory of one evaluation after 200 and after 2,000 images. What grows with images would show. */
import { at } from '../../../src/shared/at';
import { inChild } from '../child';
import { smallModel } from '../models';
import type { Bench, Row } from '../row';
import { summarise } from '../statistics';

const id = 'memory.flat';
const early = 200;
const late = 2000;
/** Readings are averaged over the first images behind `early` and over the last before `late`. */
const readOver = 200;

export const memoryFlatBench: Bench = {
  ids: [id],
  usual: [id],
  async run(context): Promise<Row[]> {
    const growth: number[] = [];
    const readings: { early: number; late: number }[] = [];
    for (let round = 0; round < context.rounds(3); round++) {
      const { residentBytes } = await inChild(context.program, {
        folder: context.folder, worker: context.worker, resources: context.resources, model: smallModel, modelFile: context.models.file(smallModel), dataset: context.dataset('small', late),
        workers: 2, schemes: ['BitLog2_Half_17'], withFp32: false, arithmetic: 'reference', calibrationImages: 32, batch: 1, readAt: [early, late - readOver], readOver,
      });
      const [first, last] = [at(residentBytes, 0), at(residentBytes, 1)];
      readings.push({ early: first, late: last });
      growth.push(last / first);
    }
    return [{
      id,
      figures: { growth: summarise(growth), [`at_${early}_bytes`]: summarise(readings.map((reading) => reading.early)), [`at_${late}_bytes`]: summarise(readings.map((reading) => reading.late)) },
    }];
  },
};
