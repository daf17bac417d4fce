/** FP32 logits of given inputs, through the same networks as every evaluation. */
import type { KnownModel } from '../library/model-library';
import type { WorkerPool } from '../workers/pool';
import { floatCell } from './keys';

/** inputs: [n, channels, height, width] normalised -> [n][classes]. Throws EngineError 'model-input' when the size does not fit. */
export async function computeLogits(pool: WorkerPool, model: KnownModel, inputs: Float32Array): Promise<number[][]> {
  const batch = model.shared.batchable ? 1 : model.shared.exportedBatch;
  const cell = floatCell(model.record.hash, batch);
  const logits = await pool.run<'logits'>({ kind: 'logits', cell, inputs }, {
    needs: [model.requirement, { key: cell, task: { kind: 'load-cell', cell, model: model.record.hash, batch, network: { kind: 'float' } } }],
  });
  const { classes } = model.shared.structure.output;
  return Array.from({ length: logits.length / classes }, (_, image) => [...logits.subarray(image * classes, (image + 1) * classes)]);
}
