/**
 * The workspace's tables, as numbered steps. A step that was released is never edited: a change is a new step at the end.
 * Large tables carry no index: an index costs at every commit, and DuckDB's zone maps find a run's rows quickly enough.
 */

/** Written into every workspace, so that somebody else's DuckDB file is never taken for ours. */
export const workspaceFormat = 'bitlog2-workspace';

export interface Migration {
  readonly version: number;
  readonly statements: readonly string[];
}

export const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      'CREATE SEQUENCE record_number START 1',
      'CREATE TABLE models (id VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, file VARCHAR NOT NULL, hash VARCHAR NOT NULL, number BIGINT NOT NULL, record VARCHAR NOT NULL)',
      'CREATE TABLE datasets (id VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, root VARCHAR NOT NULL, hash VARCHAR NOT NULL, number BIGINT NOT NULL, record VARCHAR NOT NULL)',
      'CREATE TABLE image_lists (list_id VARCHAR NOT NULL, "index" INTEGER NOT NULL, file VARCHAR NOT NULL, label INTEGER NOT NULL)',
      'CREATE SEQUENCE run_number START 1',
      // The hashes are those at the start: a model file that changes later does not take its old runs along.
      `CREATE TABLE runs (
         id VARCHAR PRIMARY KEY, number BIGINT NOT NULL, model_id VARCHAR NOT NULL, model_hash VARCHAR NOT NULL,
         dataset_id VARCHAR NOT NULL, dataset_hash VARCHAR NOT NULL, list_id VARCHAR NOT NULL, total INTEGER NOT NULL,
         settings VARCHAR NOT NULL, settings_key VARCHAR NOT NULL, environment VARCHAR NOT NULL, created VARCHAR NOT NULL,
         state VARCHAR NOT NULL, failure VARCHAR, seconds_calibration DOUBLE NOT NULL, seconds_evaluation DOUBLE NOT NULL)`,
      `CREATE TABLE predictions (
         run_id VARCHAR NOT NULL, "index" INTEGER NOT NULL, label INTEGER NOT NULL,
         top1 INTEGER, top2 INTEGER, top3 INTEGER, top4 INTEGER, top5 INTEGER,
         margin DOUBLE NOT NULL, loss DOUBLE NOT NULL, map_digest UINTEGER NOT NULL)`,
      'CREATE TABLE skipped (run_id VARCHAR NOT NULL, "index" INTEGER NOT NULL, file VARCHAR NOT NULL, reason VARCHAR NOT NULL, detail VARCHAR NOT NULL)',
      'CREATE TABLE batches (run_id VARCHAR NOT NULL, batch INTEGER NOT NULL)',
      'CREATE TABLE calibrations (run_id VARCHAR PRIMARY KEY, parameters VARCHAR NOT NULL, state VARCHAR NOT NULL, bytes BLOB)',
      // One row per run, rewritten at each commit: blocks joined by ";", each "block heads codes count count ..." (heads, then codes).
      'CREATE TABLE level_totals (run_id VARCHAR NOT NULL, counts VARCHAR NOT NULL)',
      `CREATE VIEW level_counts AS
         WITH texts AS (SELECT run_id, unnest(string_split(counts, ';')) AS text FROM level_totals WHERE counts <> ''),
              items AS (SELECT run_id, string_split(text, ' ') AS item FROM texts),
              places AS (SELECT run_id, item, unnest(range(0, len(item) - 3)) AS place FROM items)
         SELECT run_id, CAST(item[1] AS INTEGER) AS block, CAST(place // CAST(item[3] AS BIGINT) AS INTEGER) AS head,
                CAST(place % CAST(item[3] AS BIGINT) AS INTEGER) AS code, CAST(item[place + 4] AS UBIGINT) AS count
         FROM places`,
    ],
  },
  {
    version: 2,
    statements: [
      // Of integer runs: whether every product was shown to be exact, and the sites that stay in reference arithmetic as JSON.
      'ALTER TABLE runs ADD COLUMN exact BOOLEAN',
      'ALTER TABLE runs ADD COLUMN fallbacks VARCHAR',
    ],
  },
  {
    version: 3,
    statements: [
      // Results of long questions about a run (errors of its sites, sensitivity, noise), by what was asked, so that nothing is computed twice.
      'CREATE TABLE analyses (run_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, question VARCHAR NOT NULL, result VARCHAR NOT NULL, created VARCHAR NOT NULL)',
    ],
  },
  {
    version: 4,
    statements: [
      // What runs are made with, as people keep it: each recipe as the JSON of its file, keys in their own order.
      'CREATE TABLE recipes (name VARCHAR PRIMARY KEY, recipe VARCHAR NOT NULL)',
    ],
  },
  {
    version: 5,
    statements: [
      // Batches that were being evaluated when the program ended without saying so (-1: the run's calibration), see strikes.ts.
      'CREATE TABLE strikes (run_id VARCHAR NOT NULL, batch INTEGER NOT NULL, points INTEGER NOT NULL)',
      // Evaluations that wait for their turn, each as the JSON of what was asked for.
      'CREATE TABLE queue (place INTEGER NOT NULL, item VARCHAR NOT NULL)',
    ],
  },
  {
    version: 6,
    statements: [
      // What people call runs, models and data sets, where that is not what their records say.
      'CREATE TABLE titles (kind VARCHAR NOT NULL, id VARCHAR NOT NULL, title VARCHAR NOT NULL)',
      // Pictures that every later run on a data set shall be calibrated on, as a JSON list of paths.
      'CREATE TABLE locked_pictures (dataset_id VARCHAR NOT NULL, files VARCHAR NOT NULL)',
    ],
  },
];

/** The version that this program writes and reads. */
export const currentVersion = migrations.reduce((newest, step) => Math.max(newest, step.version), 0);
