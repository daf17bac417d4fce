/** `memory.estimate.MODEL.WORKERS`: what the engine says it will need before it starts, beside what the process then took at its highest. */
import { logSchemeIds } from '../../../src/shared/settings';
import { inChild } from '../child';
import type { BenchModel } from '../models';
import type { Bench, Row } from '../row';
import { summarise } from '../statistics';

interface Case {
  readonly model: BenchModel;
  readonly workers: number;
  readonly usual: boolean;
}

const cases: readonly Case[] = (['deit_tiny', 'deit_small', 'swin_tiny', 'deit_base'] as const)
  .flatMap((model) => [1, 2].map((workers): Case => ({ model, workers, usual: model === 'deit_tiny' || (model === 'deit_small' && workers === 2) })));
const idOf = ({ model, workers }: Case): string => `memory.estimate.${model}.${workers}`;

/** FP32 and the six schemes at once, on as many calibration images as usual. A few images to evaluate show the rest: memory is flat. */
export const memoryEstimateBench: Bench = {
  ids: cases.map(idOf),
  usual: cases.filter(({ usual }) => usual).map(idOf),
  async run(context, wanted): Promise<Row[]> {
    const rows: Row[] = [];
    for (const each of cases.filter((candidate) => wanted.includes(idOf(candidate)))) {
      const answer = await inChild(context.program, {
        folder: context.folder, worker: context.worker, resources: context.resources, model: each.model, modelFile: context.models.file(each.model), dataset: context.dataset('large', 16),
        workers: each.workers, schemes: logSchemeIds, withFp32: true, arithmetic: 'reference', calibrationImages: 32, batch: 1, readAt: [], readOver: 0,
      });
      const { estimatedBytes, peakBytes } = answer;
      rows.push({ id: idOf(each), figures: { estimated_bytes: summarise([estimatedBytes]), measured_bytes: summarise([peakBytes]), ratio: summarise([estimatedBytes / peakBytes]) } });
      context.say(`  ${idOf(each)}: estimated ${(estimatedBytes / 1e6).toFixed(0)} MB, measured ${(peakBytes / 1e6).toFixed(0)} MB`);
    }
    return rows;
  },
};
