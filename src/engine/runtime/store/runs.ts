/** Runs: their settings, state and the sums over what they have committed. */
import { failureSchema } from '../../../shared/failure';
import { runStates, siteParametersSchema } from '../../../shared/records';
import type { RunState } from '../../../shared/records';
import { runSettingsSchema } from '../../../shared/settings';
import type { RunSettings } from '../../../shared/settings';
import type { Connection } from './connection';
import { bytesOrNull, number, numberOrNull, text, textOrNull } from './row';
import type { Row } from './row';
import type { NewRun, RunChange, Store, StoredRun } from './store-types';
import { DuckDBBlobValue } from '@duckdb/node-api';
import { canonicalJson, parseStored, textHash } from './stored-json';

type Runs = Pick<Store, 'createRun' | 'findResumable' | 'setRunState' | 'runs' | 'run' | 'saveCalibration' | 'calibration'>;

/** Sums are integers (the loss in units of 1e-9), so that they do not depend on the order in which batches were committed. */
const runColumns = `
  WITH seen AS (
    SELECT run_id, count(*) AS images, count(*) FILTER (WHERE top1 = label) AS top1,
           count(*) FILTER (WHERE coalesce(label IN (top1, top2, top3, top4, top5), false)) AS top5,
           CAST(sum(CAST(CASE WHEN isfinite(loss) THEN round(loss * 1e9) ELSE NULL END AS HUGEINT)) AS DOUBLE) / 1e9 AS loss,
           count(*) FILTER (WHERE NOT isfinite(loss)) AS infinite
    FROM predictions WHERE $1 IS NULL OR run_id = $1 GROUP BY run_id),
  missed AS (SELECT run_id, count(*) AS images FROM skipped WHERE $1 IS NULL OR run_id = $1 GROUP BY run_id)
  SELECT id, model_id, model_hash, dataset_id, dataset_hash, list_id, total, settings, environment, created, state, failure,
         seconds_calibration, seconds_evaluation, coalesce(seen.images, 0), coalesce(seen.top1, 0), coalesce(seen.top5, 0),
         coalesce(missed.images, 0), CASE WHEN seen.infinite > 0 THEN NULL ELSE seen.loss / seen.images END
  FROM runs LEFT JOIN seen ON seen.run_id = runs.id LEFT JOIN missed ON missed.run_id = runs.id
  WHERE $1 IS NULL OR id = $1 ORDER BY number`;

/** Equal for settings that give equal figures. */
export function settingsKey(settings: RunSettings): string {
  return textHash(canonicalJson(settings));
}

export function runs(writer: Connection, reader: Connection): Runs {
  return {
    createRun: (run) => createRun(writer, run),
    findResumable: async ({ modelHash, datasetHash, settings }) => {
      const sql = `SELECT id FROM runs WHERE settings_key = $1 AND model_hash = $2 AND dataset_hash = $3 AND state <> 'failed' ORDER BY number DESC LIMIT 1`;
      const row = (await reader.rows(sql, [settingsKey(settings), modelHash, datasetHash]))[0];
      return row === undefined ? null : text(row, 0);
    },
    setRunState: (runId, state, change) => setRunState(writer, runId, state, change ?? {}),
    runs: async () => (await reader.rows(runColumns, [null])).map(storedRun),
    run: async (runId) => {
      const row = (await reader.rows(runColumns, [runId]))[0];
      return row === undefined ? null : storedRun(row);
    },
    saveCalibration: (runId, { parameters, state, bytes }) =>
      writer.exclusive((session) =>
        session.run('INSERT OR REPLACE INTO calibrations VALUES ($1, $2, $3, $4)', [
          runId, JSON.stringify(parameters), state, bytes === undefined || bytes === null ? null : new DuckDBBlobValue(bytes),
        ]),
      ),
    calibration: async (runId) => {
      const row = (await reader.rows('SELECT parameters, state, bytes FROM calibrations WHERE run_id = $1', [runId]))[0];
      if (row === undefined) return null;
      return { parameters: parseStored(siteParametersSchema, text(row, 0), 'calibration'), state: text(row, 1), bytes: bytesOrNull(row, 2) };
    },
  };
}

async function createRun(writer: Connection, run: NewRun): Promise<void> {
  await writer.transaction(async (session) => {
    const model = (await session.rows('SELECT hash FROM models WHERE id = $1', [run.modelId]))[0];
    const dataset = (await session.rows('SELECT hash FROM datasets WHERE id = $1', [run.datasetId]))[0];
    if (model === undefined || dataset === undefined) throw new Error(`run ${run.id}: its model or data set is not in the workspace`);
    await session.run(
      `INSERT INTO runs VALUES ($1, nextval('run_number'), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', NULL, 0, 0)`,
      [run.id, run.modelId, text(model, 0), run.datasetId, text(dataset, 0), run.listId, run.total,
        canonicalJson(run.settings), settingsKey(run.settings), run.environment, run.created],
    );
    await session.run(`INSERT INTO level_totals VALUES ($1, '')`, [run.id]);
  });
}

async function setRunState(writer: Connection, runId: string, state: RunState, change: RunChange): Promise<void> {
  const { failure, secondsCalibration, secondsEvaluation } = change;
  await writer.exclusive((session) =>
    session.run(
      `UPDATE runs SET state = $2, failure = CASE WHEN $3 THEN $4 ELSE failure END,
         seconds_calibration = coalesce($5, seconds_calibration), seconds_evaluation = coalesce($6, seconds_evaluation) WHERE id = $1`,
      [runId, state, failure !== undefined, failure === undefined || failure === null ? null : canonicalJson(failure),
        secondsCalibration ?? null, secondsEvaluation ?? null],
    ),
  );
}

function storedRun(row: Row): StoredRun {
  const failure = textOrNull(row, 11);
  return {
    id: text(row, 0),
    modelId: text(row, 1),
    modelHash: text(row, 2),
    datasetId: text(row, 3),
    datasetHash: text(row, 4),
    listId: text(row, 5),
    total: number(row, 6),
    settings: parseStored(runSettingsSchema, text(row, 7), 'run settings'),
    environment: text(row, 8),
    created: text(row, 9),
    state: runState(text(row, 10)),
    failure: failure === null ? null : parseStored(failureSchema, failure, 'failure'),
    seconds: { calibration: number(row, 12), evaluation: number(row, 13) },
    images: number(row, 14),
    top1Correct: number(row, 15),
    top5Correct: number(row, 16),
    skipped: number(row, 17),
    meanLoss: numberOrNull(row, 18),
  };
}

function runState(stored: string): RunState {
  const state = runStates.find((known) => known === stored);
  if (state === undefined) throw new Error(`stored run state "${stored}" is unknown`);
  return state;
}
