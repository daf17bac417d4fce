/**
 * The batches that runs lack, handed to the workers and committed as they come. What is handed out stands in the workspace's journal, so
 * that a batch which ends the program is known to the next one: it is tried once more, alone, and left out when it does so again.
 */
import { at } from '../../../shared/at';
import { toFailure } from '../../../shared/failure';
import type { BatchCommit } from '../store/store-types';
import type { BatchOutcome, WorkerEvent } from '../workers/protocol';
import { batchOrder, groupSize, missingBatches, shareOfRest, takeGroup, type BatchWork } from './batches';
import { Committing } from './committing';
import { batchSpec, cellRequirement, type ImageList, type JobInputs, type JobRun } from './evaluation-job';
import { sortWork } from './suspects';
import { vanishedAmong } from './vanished';

/** Tasks are long enough that files are read ahead within them, and short in batches: what they list lives until they are done. */
const taskMilliseconds = 400;
const largestGroup = 16;
/** Tasks per worker: the one that it does, and one that is ready when it has done it. */
const tasksPerWorker = 2;

/** Reason of a skipped image, and the sentence that goes with it. */
const quarantined = { reason: 'quarantined', detail: 'The engine ended twice while it evaluated the batch of this image.' } as const;

/** Evaluates what `runs` lack among the first `count` batches; of those that ended the engine before, only when asked for 'all'. */
export async function evaluateBatches(inputs: JobInputs, runs: readonly JobRun[], count: number, which: 'all' | 'sound'): Promise<void> {
  const { store, pace, pool } = inputs;
  const size = at(inputs.settings, 0).batch;
  const order = batchOrder(inputs.images.labels, size).slice(0, count);
  const missing = missingBatches(order, new Map(runs.map((run) => [run.id, run.committed])));
  if (missing.length === 0) return;
  const { sound, suspect, quarantined: out } = sortWork(missing, new Map(runs.map((run) => [run.id, run.strikes])));
  for (const run of runs) await store.setRunState(run.id, 'running');
  const byId = new Map(runs.map((run) => [run.id, run]));
  const committing = new Committing({ store, now: () => inputs.now().milliseconds, stored: async (commits) => {
    for (const { batch, cells, skipped } of commits) {
      for (const { runId } of cells) byId.get(runId)?.committed.add(batch);
      for (const image of skipped) inputs.emit({ kind: 'skipped', image: { file: image.file, reason: image.reason, detail: image.detail } });
      pace.advance(size * cells.length, skipped.length);
    }
    inputs.emit({ kind: 'progress', progress: pace.progress('evaluating', inputs.model.record.name) });
    await inputs.announce([...new Set(commits.flatMap(({ cells }) => cells.map(({ runId }) => runId)))], false);
  } });
  let perBatch: number | null = null;
  /** The data went away: nothing that comes now is stored. */
  let gone: Error | null = null;
  const onBatch = (outcome: BatchOutcome): void => {
    gone ??= vanishedAmong(outcome.skipped);
    if (gone !== null) return;
    const cells = outcome.cells.map((cell) => ({ run: runOfCell(runs, cell.cell), cell }));
    const shared = outcome.milliseconds / Math.max(1, cells.length);
    perBatch = outcome.milliseconds + cells.reduce((sum, { cell }) => sum + cell.milliseconds, 0);
    for (const { run, cell } of cells) run.evaluationSeconds += (shared + cell.milliseconds) / 1000 / pool.size;
    committing.add(toCommit(inputs.images, outcome, cells.map(({ run, cell }) => ({ runId: run.id, cell }))));
  };
  const evaluate = async (group: readonly BatchWork[]): Promise<void> => {
    await awake(inputs);
    await evaluateGroup(inputs, group, byId, onBatch);
    if (gone !== null) throw gone;
    await committing.room();
  };
  const feeds = tasksPerWorker * pool.size;
  const take = (): BatchWork[] => takeGroup(sound, Math.min(groupSize(perBatch, taskMilliseconds, largestGroup), shareOfRest(sound.length, feeds)));
  const feed = async (): Promise<void> => {
    for (let group = take(); group.length > 0; group = take()) await evaluate(group);
  };
  const feedAlone = async (): Promise<void> => {
    for (const work of out) committing.add(leaveOut(inputs, work, size));
    if (suspect.length > 0) inputs.emit({ kind: 'note', text: suspect.length === 1 ? '1 batch was in work when the program ended: it is evaluated alone' : `${suspect.length} batches were in work when the program ended: each is evaluated alone` });
    for (const work of suspect) await evaluate([work]);
  };
  pace.start();
  const ends = await Promise.allSettled(Array.from({ length: feeds }, feed));
  if (which === 'all' && ends.every(({ status }) => status === 'fulfilled')) ends.push(...await Promise.allSettled([feedAlone()]));
  pace.pause();
  await committing.settled();
  await inputs.announce(runs.map((run) => run.id), true);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Waits while the machine goes to sleep; what it sleeps is no time of the evaluation's. */
async function awake({ hold, pace, stop }: JobInputs): Promise<void> {
  if (!hold.on) return;
  pace.pause();
  await hold.passed(stop);
  pace.start();
}

function runOfCell(runs: readonly JobRun[], cell: string): JobRun {
  const run = runs.find((candidate) => candidate.cell === cell);
  if (run === undefined) throw new Error(`no run belongs to the cell ${cell}`);
  return run;
}

async function evaluateGroup({ store, pool, stop, model, images, path }: JobInputs, group: readonly BatchWork[], byId: ReadonlyMap<string, JobRun>, onBatch: (outcome: BatchOutcome) => void): Promise<void> {
  const ids = at(group, 0).runs;
  const runs = ids.map((id) => {
    const run = byId.get(id);
    if (run === undefined) throw new Error(`no run ${id} in this job`);
    return run;
  });
  const { batch: size, preprocess } = at(runs, 0).settings;
  const needs = [model.requirement, ...runs.map((run) => cellRequirement(model, run.cell, run.settings, run.parameters))];
  const inWork = new Set(group.map(({ batch }) => batch));
  store.inFlight.begin(ids, [...inWork]);
  try {
    await pool.run<'evaluate'>({
      kind: 'evaluate', cells: runs.map((run) => run.cell), preprocess,
      batches: group.map(({ batch }) => batchSpec(images, path, batch, size)),
    }, { needs, stop, onEvent: (event: WorkerEvent) => {
      if (event.kind !== 'batch') return;
      inWork.delete(event.outcome.batch);
      onBatch(event.outcome);
    } });
  } catch (error) {
    // A thread died and the program lives on: the next one knows as well.
    if (toFailure(error).kind === 'engine-lost') await store.strike(ids, [...inWork]);
    throw error;
  } finally {
    store.inFlight.end(ids, group.map(({ batch }) => batch));
  }
}

/** A batch that ended the engine twice, as it is stored: every image of it skipped, with the reason. */
function leaveOut({ images, emit }: JobInputs, { batch, runs }: BatchWork, size: number): BatchCommit {
  const files = images.files.slice(batch * size, (batch + 1) * size);
  emit({ kind: 'note', text: `batch ${batch} ended the engine twice: its ${files.length === 1 ? 'image is' : `${files.length} images are`} left out, the first ${at(files, 0)}` });
  return {
    batch,
    cells: runs.map((runId) => ({ runId, predictions: [], levelCounts: [] })),
    skipped: files.map((file, index) => ({ index: batch * size + index, file, ...quarantined })),
  };
}

/** Workers know pictures by their absolute path; the workspace keeps them as the data set lists them. */
function toCommit(images: ImageList, outcome: BatchOutcome, cells: readonly { runId: string; cell: BatchOutcome['cells'][number] }[]): BatchCommit {
  return {
    batch: outcome.batch,
    cells: cells.map(({ runId, cell }) => ({ runId, predictions: cell.outcomes, levelCounts: cell.levelCounts })),
    skipped: outcome.skipped.map((image) => ({ ...image, file: at(images.files, image.index) })),
  };
}
