/** The outcome tables of the runs that were looked at last. Live figures are asked for many times a second; reading 50,000 rows each time is not an answer. */
import type { DuckDBValue } from '@duckdb/node-api';
import type { Connection } from './connection';
import { OutcomeTable } from './outcome-table';
import type { Tally } from './outcome-table';
import { number } from './row';
import type { PredictionRow } from './store-types';

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
      const sql = 'SELECT "index", label, loss, top1, top2, top3, top4, top5 FROM predictions WHERE run_id = $1';
      const [index = [], label = [], loss = [], ...best] = await session.columns(sql, [runId]);
      const table = new OutcomeTable();
      table.add(index.map((_, row) => ({
        index: number(index, row), label: number(label, row), loss: number(loss, row), top5: present(best, row),
      })));
      return this.keep(runId, table);
    });
  }

  async tally(runId: string): Promise<Tally> {
    return this.tallies.get(runId) ?? (await this.table(runId)).tally();
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

function present(columns: readonly (readonly DuckDBValue[])[], row: number): number[] {
  return columns.filter((column) => column[row] !== null).map((column) => number(column, row));
}
