/**
 * A DuckDB connection whose work runs strictly one after another. The store has two: transactions of the writer never mix with
 * each other, and readers see only what was committed.
 */
import type { DuckDBAppender, DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import { InPlace, isUnwritable } from './in-place';
import type { Row } from './row';
import { EngineError } from '../../../shared/failure';
import { statementError } from './store-failures';

/** Inside a piece of exclusive work. */
export interface Session {
  run(sql: string, values?: DuckDBValue[]): Promise<void>;
  rows(sql: string, values?: DuckDBValue[]): Promise<readonly Row[]>;
  columns(sql: string, values?: DuckDBValue[]): Promise<readonly (readonly DuckDBValue[])[]>;
  /** An appender that stays open between transactions; what it holds is written by `flushAppenders`. */
  appender(table: string): Promise<DuckDBAppender>;
  flushAppenders(): void;
}

export class Connection {
  private readonly appenders = new Map<string, DuckDBAppender>();
  private tail: Promise<unknown> = Promise.resolve();
  private readonly session: Session;

  private constructor(private readonly duck: DuckDBConnection, private readonly file: string, private readonly place: InPlace) {
    // Statements are prepared anew each time: DuckDB 1.5 plans with the statistics of the moment (ORDER BY packs values into as many
    // bytes as they need then), and a statement that is used again after the table grew gives wrong values, without an error.
    this.session = {
      run: async (sql, values) => {
        await this.duck.run(sql, values);
      },
      rows: async (sql, values) => (await this.duck.runAndReadAll(sql, values)).getRows(),
      columns: async (sql, values) => (await this.duck.runAndReadAll(sql, values)).getColumns(),
      appender: (table) => this.openAppender(table),
      flushAppenders: () => {
        for (const appender of this.appenders.values()) appender.flushSync();
      },
    };
  }

  /** `place`: of the opened file. */
  static async open(instance: DuckDBInstance, file: string, place = new InPlace(file)): Promise<Connection> {
    return new Connection(await instance.connect(), file, place);
  }

  /** Runs `work` alone on this connection, after everything that was asked before it. */
  exclusive<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const result = this.tail.then(() => work(this.session)).catch((error: unknown) => {
      if (error instanceof Error && !(error instanceof EngineError) && isUnwritable(error.message)) this.place.lose();
      throw statementError(error, this.file);
    });
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Runs `work` inside one transaction: all of it or, when it throws, nothing. Throws 'workspace-missing' when the file is not at its place. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.exclusive(async (session) => {
      this.place.check();
      await session.run('BEGIN TRANSACTION');
      try {
        const value = await work(session);
        session.flushAppenders();
        await session.run('COMMIT');
        return value;
      } catch (error) {
        for (const appender of this.appenders.values()) appender.clear();
        // After a failed COMMIT there is no transaction any more, and ROLLBACK would only hide the first error.
        await this.duck.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  rows(sql: string, values?: DuckDBValue[]): Promise<readonly Row[]> {
    return this.exclusive((session) => session.rows(sql, values));
  }

  columns(sql: string, values?: DuckDBValue[]): Promise<readonly (readonly DuckDBValue[])[]> {
    return this.exclusive((session) => session.columns(sql, values));
  }

  /** Waits for what is under way, then closes. */
  async close(): Promise<void> {
    await this.tail;
    for (const appender of this.appenders.values()) appender.closeSync();
    this.appenders.clear();
    this.duck.closeSync();
  }

  private async openAppender(table: string): Promise<DuckDBAppender> {
    let appender = this.appenders.get(table);
    if (appender === undefined) {
      appender = await this.duck.createAppender(table);
      this.appenders.set(table, appender);
    }
    return appender;
  }
}
