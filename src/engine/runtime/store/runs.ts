/** Runs: their settings, state and the sums over what they have committed. */
import { DuckDBBlobValue } from '@duckdb/node-api';
import { failureSchema } from '../../../shared/failure';
import { runStates, siteFallbacksSchema, siteParametersSchema } from '../../../shared/records';
import type { RunState } from '../../../shared/records';
import type { RunSettings } from '../../../shared/settings';
import type { Connection } from './connection';
import type { OutcomeMemory } from './outcome-memory';
import type { Tally } from './outcome-table';
import type { Remembered } from './remembered';
import { booleanOrNull, bytesOrNull, number, text, textOrNull } from './row';
import type { Row } from './row';
import type { NewRun, RunChange, Store, StoredRun } from './store-types';
import { canonicalJson, parseStored, textHash } from './stored-json';
import { parseSettings, settingsText } from './stored-settings';

type Runs = Pick<Store, 'createRun' | 'findResumable' | 'setRunState' | 'runs' | 'run' | 'saveCalibration' | 'calibration'>;

const runColumns = `
  SELECT id, model_id, model_hash, dataset_id, dataset_hash, list_id, total, settings, environment, created, state, failure,
         seconds_calibration, seconds_evaluation, (SELECT count(*) FROM skipped WHERE run_id = id), exact, fallbacks,
         (SELECT title FROM titles WHERE kind = 'run' AND titles.id = runs.id)
  FROM runs`;

/** A run without the sums over its predictions, which are kept elsewhere. */
export type RunRow = Omit<StoredRun, keyof Tally>;

/** All runs, in the order in which they were made. */
export async function readRunRows(reader: Connection): Promise<readonly RunRow[]> {
  return (await reader.rows(`${runColumns} ORDER BY number`)).map(runRow);
}

/** Equal for settings that give equal figures. */
export function settingsKey(settings: RunSettings): string {
  return textHash(settingsText(settings));
}

/** `rows` is forgotten by whoever changes what it holds. */
export function runs(writer: Connection, reader: Connection, memory: OutcomeMemory, rows: Remembered<readonly RunRow[]>): Runs {
  return {
    createRun: (run) => createRun(writer, run).finally(rows.forget),
    findResumable: async ({ modelHash, datasetHash, settings }) => {
      const sql = `SELECT id FROM runs WHERE settings_key = $1 AND model_hash = $2 AND dataset_hash = $3 AND state <> 'failed' ORDER BY number DESC LIMIT 1`;
      const row = (await reader.rows(sql, [settingsKey(settings), modelHash, datasetHash]))[0];
      return row === undefined ? null : text(row, 0);
    },
    setRunState: (runId, state, change) => setRunState(writer, runId, state, change ?? {}).finally(rows.forget),
    runs: async () => {
      const all = await rows.get();
      const tallies = await memory.tallyOf(all.map(({ id }) => id));
      return all.map((row) => storedRun(row, tallies.get(row.id)));
    },
    run: async (runId) => {
      const row = (await rows.get()).find(({ id }) => id === runId);
      return row === undefined ? null : storedRun(row, await memory.tally(runId));
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
      `INSERT INTO runs VALUES ($1, nextval('run_number'), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', NULL, 0, 0, NULL, NULL)`,
      [run.id, run.modelId, text(model, 0), run.datasetId, text(dataset, 0), run.listId, run.total,
        settingsText(run.settings), settingsKey(run.settings), run.environment, run.created],
    );
    await session.run(`INSERT INTO level_totals VALUES ($1, '')`, [run.id]);
  });
}

async function setRunState(writer: Connection, runId: string, state: RunState, change: RunChange): Promise<void> {
  const { failure, secondsCalibration, secondsEvaluation, proof } = change;
  await writer.exclusive((session) =>
    session.run(
      `UPDATE runs SET state = $2, failure = CASE WHEN $3 THEN $4 ELSE failure END,
         seconds_calibration = coalesce($5, seconds_calibration), seconds_evaluation = coalesce($6, seconds_evaluation),
         exact = coalesce($7, exact), fallbacks = coalesce($8, fallbacks) WHERE id = $1`,
      [runId, state, failure !== undefined, failure === undefined || failure === null ? null : canonicalJson(failure),
        secondsCalibration ?? null, secondsEvaluation ?? null, proof?.exact ?? null, proof === undefined ? null : JSON.stringify(proof.fallbacks)],
    ),
  );
}

function storedRun(row: RunRow, tally: Tally | undefined): StoredRun {
  if (tally === undefined) throw new Error('a run without sums');
  return { ...row, ...tally };
}

function runRow(row: Row): RunRow {
  const failure = textOrNull(row, 11);
  const fallbacks = textOrNull(row, 16);
  const title = textOrNull(row, 17);
  return {
    id: text(row, 0),
    modelId: text(row, 1),
    modelHash: text(row, 2),
    datasetId: text(row, 3),
    datasetHash: text(row, 4),
    listId: text(row, 5),
    total: number(row, 6),
    settings: parseSettings(text(row, 7)),
    environment: text(row, 8),
    created: text(row, 9),
    state: runState(text(row, 10)),
    failure: failure === null ? null : parseStored(failureSchema, failure, 'failure'),
    seconds: { calibration: number(row, 12), evaluation: number(row, 13) },
    skipped: number(row, 14),
    exact: booleanOrNull(row, 15),
    fallbacks: fallbacks === null ? [] : parseStored(siteFallbacksSchema, fallbacks, 'fallbacks'),
    ...(title === null ? {} : { title }),
  };
}

function runState(stored: string): RunState {
  const state = runStates.find((known) => known === stored);
  if (state === undefined) throw new Error(`stored run state "${stored}" is unknown`);
  return state;
}
