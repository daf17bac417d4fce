/** Joining workspace files: everything of the others that is not in this one yet. The others stay as they are. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { fail } from '../../../shared/failure';
import type { MergedFile } from '../../../shared/merge';
import { Connection, type Session } from './connection';
import { lockHolder, openInstance, openStore } from './open-store';
import { number, text } from './row';
import { isLockConflict, lockedFailure } from './store-failures';

/** What belongs to one run, beside its row in `runs`. */
const ofRuns = ['predictions', 'skipped', 'batches', 'calibrations', 'level_totals', 'strikes'] as const;

/** Small tables in which this workspace's own entry stays: by what an entry is known. */
const keyed = [['titles', ['kind', 'id']], ['locked_pictures', ['dataset_id']]] as const;

/**
 * Takes everything of `files` into the workspace `into`, which nobody has open; it is made when it is not there. Equal ids come once.
 * Each file is one transaction. Throws EngineError: those of `openStore` about any of the files, 'workspace-missing', 'settings'.
 */
export async function mergeFiles(into: string, files: readonly string[]): Promise<MergedFile[]> {
  for (const file of files) {
    if (resolve(file) === resolve(into)) throw fail('settings', 'A workspace cannot be merged into itself', { file, next: 'Name another file' });
    if (!existsSync(file)) throw fail('workspace-missing', 'There is no such workspace', { file, expected: 'a workspace file with runs', next: 'Check the path' });
    await refuseHeld(file);
  }
  // Made, or brought to the present version.
  const target = await openStore(into);
  const path = target.file;
  await target.close();
  const instance = await openInstance(path);
  const writer = await Connection.open(instance, path);
  const folder = mkdtempSync(join(dirname(path), '.merge-'));
  try {
    const merged: MergedFile[] = [];
    for (const [index, file] of files.entries()) {
      const copy = join(folder, `${index}.bitlog2`);
      await presentCopy(file, copy);
      merged.push(await mergeOne(writer, file, copy));
    }
    await writer.exclusive((session) => session.run('CHECKPOINT'));
    return merged;
  } finally {
    await writer.close();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that somebody writes to would be copied half way. */
async function refuseHeld(file: string): Promise<void> {
  try {
    (await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' })).closeSync();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // What else is wrong with it, the opening of the copy says.
    if (isLockConflict(message)) throw lockedFailure(file, lockHolder(message));
  }
}

/** A copy in the present version: the file itself is not written to, not even to read what its last program left in the log. */
async function presentCopy(file: string, copy: string): Promise<void> {
  copyFileSync(file, copy);
  if (existsSync(`${file}.wal`)) copyFileSync(`${file}.wal`, `${copy}.wal`);
  await (await openStore(copy)).close();
}

async function mergeOne(writer: Connection, file: string, copy: string): Promise<MergedFile> {
  await writer.exclusive((session) => session.run(`ATTACH '${copy.replaceAll("'", "''")}' AS other (READ_ONLY)`));
  try {
    return await writer.transaction(async (session) => {
      const conflicts: string[] = [];
      const models = await takeRecords(session, 'models', conflicts);
      const datasets = await takeRecords(session, 'datasets', conflicts);
      await session.run('INSERT INTO image_lists SELECT * FROM other.image_lists WHERE list_id NOT IN (SELECT DISTINCT list_id FROM image_lists)');
      const { runs, predictions } = await takeRuns(session, conflicts);
      const analyses = await taken(session, `INSERT INTO analyses SELECT * FROM other.analyses AS theirs WHERE NOT EXISTS
        (SELECT 1 FROM analyses AS ours WHERE ours.run_id = theirs.run_id AND ours.kind = theirs.kind AND ours.question = theirs.question)`);
      const recipes = await takeRecipes(session, parse(basename(file)).name, conflicts);
      for (const [table, keys] of keyed) {
        const same = keys.map((key) => `ours.${key} = theirs.${key}`).join(' AND ');
        await session.run(`INSERT INTO ${table} SELECT * FROM other.${table} AS theirs WHERE NOT EXISTS (SELECT 1 FROM ${table} AS ours WHERE ${same})`);
      }
      return { file, added: { models, datasets, runs, predictions, analyses, recipes }, conflicts };
    });
  } finally {
    await writer.exclusive((session) => session.run('DETACH other'));
  }
}

/** Rows that a statement inserted. */
async function taken(session: Session, statement: string, values: string[] = []): Promise<number> {
  const row = (await session.rows(statement, values))[0];
  return row === undefined ? 0 : number(row, 0);
}

async function takeRecords(session: Session, table: 'models' | 'datasets', conflicts: string[]): Promise<number> {
  const unlike = await session.rows(`SELECT ours.name FROM ${table} AS ours JOIN other.${table} AS theirs ON ours.id = theirs.id WHERE ours.record <> theirs.record ORDER BY ours.name`);
  for (const row of unlike) conflicts.push(`${table === 'models' ? 'model' : 'data set'} ${text(row, 0)}: described differently; this workspace's description was kept`);
  return taken(session, `INSERT INTO ${table} BY NAME SELECT * REPLACE (nextval('record_number') AS number)
    FROM (SELECT * FROM other.${table} WHERE id NOT IN (SELECT id FROM ${table}) ORDER BY number)`);
}

/** Of a run that both have, the one with more batches stays: they are parts of the same evaluation. */
async function takeRuns(session: Session, conflicts: string[]): Promise<{ runs: number; predictions: number }> {
  const both = await session.rows(`
    SELECT ours.id,
           (SELECT count(*) FROM batches WHERE run_id = ours.id), (SELECT count(*) FROM other.batches WHERE run_id = ours.id),
           (SELECT count(*) FROM (SELECT batch FROM batches WHERE run_id = ours.id EXCEPT SELECT batch FROM other.batches WHERE run_id = ours.id)),
           (SELECT count(*) FROM (SELECT batch FROM other.batches WHERE run_id = ours.id EXCEPT SELECT batch FROM batches WHERE run_id = ours.id))
    FROM runs AS ours JOIN other.runs AS theirs ON ours.id = theirs.id ORDER BY ours.number`);
  for (const row of both) {
    const [id, here, there] = [text(row, 0), number(row, 1), number(row, 2)];
    if (number(row, 3) === 0 && number(row, 4) === 0) continue;
    const theirs = there > here;
    conflicts.push(`run ${id}: ${here} batches here, ${there} there; ${theirs ? 'that one' : 'this one'} was kept`);
    if (!theirs) continue;
    for (const table of ofRuns) await session.run(`DELETE FROM ${table} WHERE run_id = $1`, [id]);
    // Answers about half of the images are no answers about all of them.
    await session.run('DELETE FROM analyses WHERE run_id = $1', [id]);
    await session.run('DELETE FROM runs WHERE id = $1', [id]);
  }
  const wanted = (await session.rows('SELECT id FROM other.runs WHERE id NOT IN (SELECT id FROM runs) ORDER BY number')).map((row) => text(row, 0));
  let predictions = 0;
  for (const id of wanted) {
    await session.run(`INSERT INTO runs BY NAME SELECT * REPLACE (nextval('run_number') AS number) FROM other.runs WHERE id = $1`, [id]);
    for (const table of ofRuns) {
      const rows = await taken(session, `INSERT INTO ${table} BY NAME SELECT * FROM other.${table} WHERE run_id = $1`, [id]);
      if (table === 'predictions') predictions += rows;
    }
  }
  return { runs: wanted.length, predictions };
}

async function takeRecipes(session: Session, origin: string, conflicts: string[]): Promise<number> {
  const rows = await session.rows('SELECT name, recipe, (SELECT ours.recipe FROM recipes AS ours WHERE ours.name = theirs.name) FROM other.recipes AS theirs ORDER BY name');
  const names = new Set((await session.rows('SELECT name FROM recipes')).map((row) => text(row, 0)));
  let added = 0;
  for (const row of rows) {
    const name = text(row, 0);
    if (names.has(name) && row[2] === text(row, 1)) continue;
    let free = name;
    for (let copy = 1; names.has(free); copy++) free = copy === 1 ? `${name} (${origin})` : `${name} (${origin} ${copy})`;
    if (free !== name) conflicts.push(`recipe ${name}: not alike; the other one is called ${free}`);
    await session.run('INSERT INTO recipes VALUES ($1, $2)', [free, text(row, 1)]);
    names.add(free);
    added++;
  }
  return added;
}
