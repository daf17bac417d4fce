/** `memory.peak.MODEL`: highest resident memory of a process that evaluates one scheme in integer arithmetic with two workers, from its first instruction to the end. */
import { inChild } from '../child';
import type { BenchModel } from '../models';
import type { Bench, Row } from '../row';
import { summarise } from '../statistics';

const models: readonly BenchModel[] = ['deit_small', 'deit_base'];
const idOf = (model: BenchModel): string => `memory.peak.${model}`;

export const memoryPeakBench: Bench = {
  ids: models.map(idOf),
  usual: ['memory.peak.deit_base'],
  async run(context, wanted): Promise<Row[]> {
    const rows: Row[] = [];
    for (const model of models.filter((candidate) => wanted.includes(idOf(candidate)))) {
      const { peakBytes, estimatedBytes } = await inChild(context.program, {
        folder: context.folder, worker: context.worker, resources: context.resources, model, modelFile: context.models.file(model), dataset: context.dataset('large', 16),
        workers: 2, schemes: ['BitLog2_Half_17'], withFp32: false, arithmetic: 'integer', calibrationImages: 32, batch: 1, readAt: [], readOver: 0,
      });
      rows.push({ id: idOf(model), figures: { peak_bytes: summarise([peakBytes]), estimated_bytes: summarise([estimatedBytes]) } });
    }
    return rows;
  },
};
