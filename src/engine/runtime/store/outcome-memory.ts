/** The outcome tables of the runs that were looked at last. Live figures are asked for many times a second; reading 50,000 rows each time is not an answer. */
import type { Connection } from './connection';
import { lossUnit, OutcomeTable } from './outcome-table';
import type { Tally } from './outcome-table';
import { number, text } from './row';
import type { PredictionRow } from './store-types';

const tableColumns = `
  SELECT "index", CAST(coalesce(top1 = label, false) AS INTEGER), CAST(coalesce(label IN (top1, top2, top3, top4, top5), false) AS INTEGER), coalesce(top1, -1), loss
  FROM predictions WHERE run_id = $1`;

/** The loss in whole units, so that its sum does not depend on the order of batches; a loss that is not finite makes the mean unknown. */
const tallyColumns = `
  SELECT run_id, count(*), count(*) FILTER (WHERE top1 = label), count(*) FILTER (WHERE coalesce(label IN (top1, top2, top3, top4, top5), false)),
         coalesce(CAST(sum(CASE WHEN isfinite(loss) THEN CAST(round(loss / ${lossUnit}) AS BIGINT) END) AS DOUBLE), 0), count(*) FILTER (WHERE NOT isfinite(loss))
  FROM predictions GROUP BY run_id`;

const noImages: Tally = { images: 0, top1Correct: 0, top5Correct: 0, meanLoss: null };

/** A board's row has seven runs; 64 of 50,000 images are about 60 MB. */
const mostTables = 64;

export class OutcomeMemory {
  /** Least recently used first. */
  private readonly tables = new Map<string, OutcomeTable>();
  /** Sums of tables that had to go: a list of many runs needs no more. */
  private readonly tallies = new Map<string, Tally>();

  constructor(private readonly writer: Connection) {}

  /** The table of a run, read from disk at first use. */
  async table(runId: string): Promise<OutcomeTable> {
    const known = this.tables.get(runId);
    if (known !== undefined) return this.keep(runId, known);
    // On the writer's connection, so that no commit falls between reading and remembering.
    return this.writer.exclusive(async (session) => {
      const again = this.tables.get(runId);
      if (again !== undefined) return again;
      const [index = [], ...columns] = await session.columns(tableColumns, [runId]);
      const table = new OutcomeTable();
      index.forEach((_, row) => {
        const [top1 = 0, top5 = 0, predicted = 0, loss = 0] = columns.map((column) => number(column, row));
        table.addOne(number(index, row), top1, top5, predicted, loss);
      });
      return this.keep(runId, table);
    });
  }

  /** Sums of one run. */
  async tally(runId: string): Promise<Tally> {
    return (await this.tallyOf([runId])).get(runId) ?? noImages;
  }

  /** Sums of these runs: from memory where they are there, from one question to the database for the rest. */
  async tallyOf(runIds: readonly string[]): Promise<ReadonlyMap<string, Tally>> {
    if (runIds.some((runId) => !this.tables.has(runId) && !this.tallies.has(runId))) {
      await this.writer.exclusive(async (session) => {
        for (const runId of runIds) this.tallies.set(runId, noImages);
        for (const row of await session.rows(tallyColumns)) {
          const mean = number(row, 5) > 0 ? null : (number(row, 4) / number(row, 1)) * lossUnit;
          this.tallies.set(text(row, 0), { images: number(row, 1), top1Correct: number(row, 2), top5Correct: number(row, 3), meanLoss: mean });
        }
      });
    }
    return new Map(runIds.map((runId) => [runId, this.tables.get(runId)?.tally() ?? this.tallies.get(runId) ?? noImages]));
  }

  /** What was just committed. Adding twice does nothing, so a table read in between stays right. */
  committed(runId: string, rows: readonly PredictionRow[]): void {
    this.tallies.delete(runId);
    this.tables.get(runId)?.add(rows);
  }

  private keep(runId: string, table: OutcomeTable): OutcomeTable {
    this.tables.delete(runId);
    this.tables.set(runId, table);
    this.tallies.delete(runId);
    for (const [old, gone] of [...this.tables].slice(0, -mostTables)) {
      this.tallies.set(old, gone.tally());
      this.tables.delete(old);
    }
    return table;
  }
}
