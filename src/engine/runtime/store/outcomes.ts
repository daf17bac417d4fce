/** What runs committed, read back: predictions, columns for statistics, skipped images, batches. */
import type { Connection } from './connection';
import type { OutcomeMemory } from './outcome-memory';
import { number, numberOrNull, text } from './row';
import type { Row } from './row';
import type { Store, StoredPrediction } from './store-types';

type Readings = Pick<Store, 'predictions' | 'prediction' | 'skipped' | 'outcomes' | 'committedBatches'>;

const predictionColumns = `
  SELECT p."index", p.label, p.margin, p.loss, p.map_digest, l.file, p.top1, p.top2, p.top3, p.top4, p.top5
  FROM predictions p JOIN runs r ON r.id = p.run_id JOIN image_lists l ON l.list_id = r.list_id AND l."index" = p."index"
  WHERE p.run_id = $1`;

export function readings(reader: Connection, memory: OutcomeMemory): Readings {
  return {
    predictions: async (runId, offset, count) => {
      const total = (await reader.rows('SELECT count(*) FROM predictions WHERE run_id = $1', [runId]))[0];
      const rows = await reader.rows(`${predictionColumns} ORDER BY p."index" LIMIT $2 OFFSET $3`, [runId, count, offset]);
      return { total: total === undefined ? 0 : number(total, 0), predictions: rows.map(storedPrediction) };
    },
    prediction: async (runId, index) => {
      const row = (await reader.rows(`${predictionColumns} AND p."index" = $2`, [runId, index]))[0];
      return row === undefined ? null : storedPrediction(row);
    },
    skipped: async (runId) =>
      (await reader.rows('SELECT "index", file, reason, detail FROM skipped WHERE run_id = $1 ORDER BY "index"', [runId])).map((row) => ({
        index: number(row, 0), file: text(row, 1), reason: text(row, 2), detail: text(row, 3),
      })),
    outcomes: async (runId) => (await memory.table(runId)).columns(),
    committedBatches: async (runId) =>
      Int32Array.from((await reader.rows('SELECT batch FROM batches WHERE run_id = $1 ORDER BY batch', [runId])).map((row) => number(row, 0))),
  };
}

function storedPrediction(row: Row): StoredPrediction {
  const best = [6, 7, 8, 9, 10].map((column) => numberOrNull(row, column));
  return {
    index: number(row, 0),
    label: number(row, 1),
    margin: number(row, 2),
    loss: number(row, 3),
    mapDigest: number(row, 4),
    file: text(row, 5),
    top5: best.filter((value) => value !== null),
  };
}
