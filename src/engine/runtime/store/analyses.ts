/** Stored answers to long questions about a run. */
import type { Connection } from './connection';
import { text } from './row';
import { canonicalJson, parseStored, textHash, type RecordSchema } from './stored-json';
import type { Store } from './store-types';

type Analyses = Pick<Store, 'savedAnalysis' | 'saveAnalysis' | 'savedAnalyses' | 'savedAnalysesOf'>;

/** Answers by run, kind and question; the newest answer to a question replaces the older one. */
export function analyses(writer: Connection, reader: Connection): Analyses {
  return {
    async savedAnalysis<T>(runId: string, kind: string, question: unknown, schema: RecordSchema<T>): Promise<T | null> {
      const row = (await reader.rows('SELECT result FROM analyses WHERE run_id = $1 AND kind = $2 AND question = $3', [runId, kind, textHash(canonicalJson(question))]))[0];
      return row === undefined ? null : parseStored(schema, text(row, 0), `answer (${kind})`);
    },
    async savedAnalyses<T>(runId: string, kind: string, schema: RecordSchema<T>): Promise<readonly T[]> {
      const rows = await reader.rows('SELECT result FROM analyses WHERE run_id = $1 AND kind = $2 ORDER BY created DESC, rowid DESC', [runId, kind]);
      return rows.map((row) => parseStored(schema, text(row, 0), `answer (${kind})`));
    },
    async savedAnalysesOf<T>(kind: string, schema: RecordSchema<T>): Promise<ReadonlyMap<string, readonly T[]>> {
      const found = new Map<string, T[]>();
      for (const row of await reader.rows('SELECT run_id, result FROM analyses WHERE kind = $1 ORDER BY created DESC, rowid DESC', [kind])) {
        const runId = text(row, 0);
        found.set(runId, [...(found.get(runId) ?? []), parseStored(schema, text(row, 1), `answer (${kind})`)]);
      }
      return found;
    },
    async saveAnalysis(runId, kind, question, result): Promise<void> {
      const key = textHash(canonicalJson(question));
      await writer.transaction(async (session) => {
        await session.run('DELETE FROM analyses WHERE run_id = $1 AND kind = $2 AND question = $3', [runId, kind, key]);
        // Never before those that are there: a clock that was set back must not make the newest answer an old one.
        await session.run(`INSERT INTO analyses VALUES ($1, $2, $3, $4, greatest($5, (SELECT coalesce(max(created), '') FROM analyses WHERE run_id = $1 AND kind = $2)))`, [runId, kind, key, canonicalJson(result), new Date().toISOString()]);
      });
    },
  };
}
