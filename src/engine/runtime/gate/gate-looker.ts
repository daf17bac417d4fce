/** The gate's looks: pictures through the FP32 network on all workers, counted, with what was found out about the files on the way. */
import type { AnalysisProgress } from '../../../shared/analysis';
import type { Preprocess } from '../../../shared/settings';
import { answer, type Answer, type Answers } from '../../core/gate/answers';
import { at } from '../../../shared/at';
import type { KnownModel } from '../library/model-library';
import { feedAll } from '../pages/images-cell';
import { floatCell } from '../runs/keys';
import type { Requirement, WorkerPool } from '../workers/pool';
import type { StopFlag } from '../workers/stop-flag';

/** Pictures of one task: a stop is noticed within it, and no worker waits long for the other at the end of a look. */
const taskImages = 6;

export interface LookerParts {
  readonly pool: WorkerPool;
  readonly model: KnownModel;
  /** Absolute path of each position's file. */
  readonly paths: readonly string[];
  readonly stop: StopFlag;
  /** Passes that will be made when nothing has to be looked at twice. */
  readonly planned: number;
  readonly emit: (event: AnalysisProgress) => void;
}

export class GateLooker {
  passes = 0;
  private asked = 0;
  /** Of files that were opened, by position. */
  readonly digests = new Map<number, string>();
  readonly broken = new Map<number, string>();

  constructor(private readonly parts: LookerParts) {}

  async look(preprocess: Preprocess, positions: readonly number[]): Promise<Answers> {
    const { pool, model, paths, stop } = this.parts;
    this.asked += positions.length;
    const batch = model.shared.batchable ? 1 : model.shared.exportedBatch;
    const cell = floatCell(model.record.hash, batch);
    const need: Requirement = { key: cell, task: { kind: 'load-cell', cell, model: model.record.hash, batch, network: { kind: 'float' } } };
    const size = Math.ceil(taskImages / batch) * batch;
    const tasks = Array.from({ length: Math.ceil(positions.length / size) }, (_, task) => positions.slice(task * size, (task + 1) * size));
    const { classes } = model.shared.structure.output;
    const found = new Map<number, Answer>();
    await feedAll(tasks, pool.size, async (task) => {
      stop.poll();
      const digest = task.some((position) => !this.digests.has(position));
      const seen = await pool.run<'look'>({ kind: 'look', cell, images: { files: task.map((position) => at(paths, position)), preprocess }, digest }, { needs: [model.requirement, need], stop });
      for (const [row, place] of seen.read.entries()) found.set(at(task, place), answer(seen.logits.slice(row * classes, (row + 1) * classes)));
      for (const [place, text] of seen.digests.entries()) this.digests.set(at(task, place), text);
      for (const { position, detail } of seen.skipped) this.broken.set(at(task, position), detail);
      this.passes += task.length;
      this.parts.emit({ kind: 'progress', done: this.passes, total: Math.max(this.parts.planned, this.asked) });
    });
    return found;
  }
}
