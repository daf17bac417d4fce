/** `calibration.memory.MODEL`: peak memory of a calibration on many images in times of one on as many as usual. */
import { calibrateInChild } from '../calibration-child';
import { smallModel, type BenchModel } from '../models';
import type { Bench, Row } from '../row';
import { summarise } from '../statistics';

const few = 32;
const many = 1024;

/** The small one takes half a minute; the others say more and take many minutes. */
const models: readonly BenchModel[] = [smallModel, 'deit_tiny', 'deit_small'];
const idOf = (model: BenchModel): string => `calibration.memory.${model}`;

export const calibrationMemoryBench: Bench = {
  ids: models.map(idOf),
  usual: [idOf(smallModel)],
  async run(context, wanted): Promise<Row[]> {
    const rows: Row[] = [];
    for (const model of models.filter((candidate) => wanted.includes(idOf(candidate)))) {
      const modelFile = context.models.file(model);
      const base = await calibrateInChild(context.program, { modelFile, images: few, folder: context.folder });
      const large = await calibrateInChild(context.program, { modelFile, images: many, folder: context.folder });
      rows.push({
        id: idOf(model),
        figures: {
          ratio: summarise([large.peakBytes / base.peakBytes]), [`at_${few}_bytes`]: summarise([base.peakBytes]), [`at_${many}_bytes`]: summarise([large.peakBytes]),
          [`at_${many}_seconds`]: summarise([large.seconds]),
        },
      });
    }
    return rows;
  },
};
