/** Committing finished batches: predictions, skipped images, level counts and the mark of the batch, all or nothing. */
import type { DuckDBAppender } from '@duckdb/node-api';
import type { Connection, Session } from './connection';
import { addLevels, levelText, parseLevelText } from './level-totals';
import type { LevelTotals } from './level-totals';
import type { OutcomeMemory } from './outcome-memory';
import { number, text } from './row';
import type { BatchCommit, LevelCounts, PredictionRow, SkippedRow } from './store-types';

/** What a run has committed. */
interface RunMemory {
  levels: LevelTotals;
  readonly batches: Set<number>;
}

/** What a transaction adds to it. */
interface RunAddition {
  readonly before: RunMemory;
  readonly increments: LevelCounts[];
  readonly batches: Set<number>;
}

/** Keeps in memory what each run has committed, so that a commit reads nothing. The memory moves on only after COMMIT. */
export class Committer {
  private readonly memory = new Map<string, RunMemory>();

  /** `onSkipped` is told when the number of skipped images of some run has changed. */
  constructor(private readonly writer: Connection, private readonly outcomes: OutcomeMemory, private readonly onSkipped: () => void) {}

  async commit(commits: readonly BatchCommit[]): Promise<void> {
    if (commits.length === 0) return;
    const additions = await this.writer.transaction(async (session) => {
      const open = new Map<string, RunAddition>();
      for (const commit of commits) await this.append(session, commit, open);
      // Added once per transaction, not per batch: each sum is a copy of the run's totals.
      const sums = new Map([...open].filter(([, { increments }]) => increments.length > 0).map(([runId, { before, increments }]) => [runId, addLevels(before.levels, increments)]));
      await writeLevels(session, sums);
      return { open, sums };
    });
    for (const [runId, { before, batches }] of additions.open) {
      before.levels = additions.sums.get(runId) ?? before.levels;
      for (const batch of batches) before.batches.add(batch);
      this.memory.set(runId, before);
    }
    for (const { cells } of commits) for (const { runId, predictions } of cells) this.outcomes.committed(runId, predictions);
    if (commits.some(({ skipped }) => skipped.length > 0)) this.onSkipped();
  }

  private async append(session: Session, { batch, cells, skipped }: BatchCommit, open: Map<string, RunAddition>): Promise<void> {
    const predictions = await session.appender('predictions');
    const missed = await session.appender('skipped');
    const marks = await session.appender('batches');
    for (const { runId, predictions: rows, levelCounts } of cells) {
      const addition = open.get(runId) ?? beginAddition(this.memory.get(runId) ?? (await load(session, runId)));
      if (addition.before.batches.has(batch) || addition.batches.has(batch)) throw new Error(`run ${runId}: batch ${batch} is committed already`);
      for (const row of rows) appendPrediction(predictions, runId, row);
      for (const row of skipped) appendSkipped(missed, runId, row);
      marks.appendVarchar(runId);
      marks.appendInteger(batch);
      marks.endRow();
      addition.batches.add(batch);
      addition.increments.push(...levelCounts);
      open.set(runId, addition);
    }
  }
}

function beginAddition(before: RunMemory): RunAddition {
  return { before, increments: [], batches: new Set() };
}

async function load(session: Session, runId: string): Promise<RunMemory> {
  const row = (await session.rows('SELECT counts FROM level_totals WHERE run_id = $1', [runId]))[0];
  if (row === undefined) throw new Error(`run ${runId} is not in the workspace`);
  const batches = await session.rows('SELECT batch FROM batches WHERE run_id = $1', [runId]);
  return { levels: parseLevelText(text(row, 0)), batches: new Set(batches.map((mark) => number(mark, 0))) };
}

/** One statement for all runs: each statement costs about half a millisecond. */
async function writeLevels(session: Session, sums: ReadonlyMap<string, LevelTotals>): Promise<void> {
  const values = [...sums];
  if (values.length === 0) return;
  const places = values.map((_, i) => `(CAST($${2 * i + 1} AS VARCHAR), CAST($${2 * i + 2} AS VARCHAR))`).join(', ');
  await session.run(
    `UPDATE level_totals SET counts = new.counts FROM (VALUES ${places}) AS new (run_id, counts) WHERE level_totals.run_id = new.run_id`,
    values.flatMap(([runId, levels]) => [runId, levelText(levels)]),
  );
}

function appendPrediction(appender: DuckDBAppender, runId: string, row: PredictionRow): void {
  appender.appendVarchar(runId);
  appender.appendInteger(row.index);
  appender.appendInteger(row.label);
  for (let place = 0; place < 5; place++) {
    const predicted = row.top5[place];
    if (predicted === undefined) appender.appendNull();
    else appender.appendInteger(predicted);
  }
  appender.appendDouble(row.margin);
  appender.appendDouble(row.loss);
  appender.appendUInteger(row.mapDigest);
  appender.endRow();
}

function appendSkipped(appender: DuckDBAppender, runId: string, row: SkippedRow): void {
  appender.appendVarchar(runId);
  appender.appendInteger(row.index);
  appender.appendVarchar(row.file);
  appender.appendVarchar(row.reason);
  appender.appendVarchar(row.detail);
  appender.endRow();
}
