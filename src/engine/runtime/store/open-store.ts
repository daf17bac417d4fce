/** Opening and closing a workspace file. */
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { fail, toFailure } from '../../../shared/failure';
import { analyses } from './analyses';
import { Committer } from './commit';
import { Connection } from './connection';
import { FlipsReader } from './flips';
import { InFlight } from './in-flight';
import { InPlace } from './in-place';
import { currentVersion, migrations, workspaceFormat } from './migrations';
import { tableExport } from './export-table';
import { OutcomeMemory } from './outcome-memory';
import { readings } from './outcomes';
import { parseLevelText, sorted } from './level-totals';
import { queue } from './queue';
import { recipes } from './recipes';
import { registry } from './registry';
import { number, text } from './row';
import { Remembered } from './remembered';
import { readRunRows, runs } from './runs';
import { isLockConflict, lockedFailure, lockHolderPid, openFailure } from './store-failures';
import type { LockHolder } from './store-failures';
import type { Store } from './store-types';
import { cutTornEnd, tornAt } from './torn-log';
import { strikes, takeStrikes, type LastEnd } from './strikes';

/** One thread: the cores belong to the evaluation. No extension is ever fetched. */
const duckOptions = { threads: '1', memory_limit: '512MB', autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' };

/** File locks do not keep a process from opening a file twice, so this process remembers what it has open. */
const openFiles = new Set<string>();

/**
 * Opens a workspace, or creates it (and its folder) when there is no file. Runs that a killed process left behind become 'stopped', and
 * the batches that it died over get their strikes; `lastEnd` is what is known of that end.
 * Throws EngineError: 'workspace-locked', 'workspace-newer', 'workspace-invalid', 'workspace-missing', 'disk-full'.
 */
export async function openStore(file: string, lastEnd: LastEnd = 'unknown'): Promise<Store> {
  const path = canonicalPath(file);
  if (openFiles.has(path)) throw lockedFailure(path, { pid: process.pid, command: 'this program' });
  openFiles.add(path);
  const opened: { close(): Promise<void> }[] = [];
  try {
    const instance = await openInstance(path);
    opened.unshift({ close: async () => instance.closeSync() });
    const place = new InPlace(path);
    const writer = await Connection.open(instance, path, place);
    opened.unshift(writer);
    await migrate(writer, path);
    await writer.exclusive((session) => session.run(`UPDATE runs SET state = 'stopped' WHERE state IN ('waiting', 'calibrating', 'running')`));
    await takeStrikes(writer, path, lastEnd);
    return assemble(path, instance, writer, await Connection.open(instance, path, place), place);
  } catch (error) {
    for (const part of opened) await part.close();
    openFiles.delete(path);
    throw error;
  }
}

function canonicalPath(file: string): string {
  const folder = dirname(resolve(file));
  try {
    makeFolder(folder);
    return join(realpathSync(folder), basename(file));
  } catch (error) {
    throw openFailure(error instanceof Error ? error.message : String(error), file, null);
  }
}

/** Step by step: Node's own recursive mkdir never returns where a file system refuses new folders with ENOENT (/proc does). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

export async function openInstance(path: string): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(path, duckOptions);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const torn = tornAt(message, path);
    // Cut once: a second mistake is damage.
    if (torn !== null && cutTornEnd(path, torn)) return reopened(path);
    throw openFailure(message, path, isLockConflict(message) ? lockHolder(message) : null);
  }
}

async function reopened(path: string): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(path, duckOptions);
  } catch (error) {
    throw openFailure(error instanceof Error ? error.message : String(error), path, null);
  }
}

export function lockHolder(message: string): LockHolder | null {
  const pid = lockHolderPid(message);
  if (pid === null) return null;
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    return { pid, command: command === '' ? null : command.slice(0, 160) };
  } catch {
    // Not Linux, or not ours to read: the number alone must do.
    return { pid, command: null };
  }
}

async function migrate(writer: Connection, file: string): Promise<void> {
  const tables = (await writer.rows(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'`)).map((row) => text(row, 0));
  if (tables.length > 0 && !tables.includes('workspace_version')) throw notOurs(file);
  await writer.transaction(async (session) => {
    if (tables.length === 0) {
      await session.run('CREATE TABLE workspace_version (format VARCHAR NOT NULL, version INTEGER NOT NULL)');
      await session.run('INSERT INTO workspace_version VALUES ($1, 0)', [workspaceFormat]);
    }
    const row = (await session.rows('SELECT format, version FROM workspace_version'))[0];
    if (row === undefined || text(row, 0) !== workspaceFormat) throw notOurs(file);
    const version = number(row, 1);
    if (version > currentVersion) {
      throw fail('workspace-newer', 'The workspace was written by a newer version of the program', {
        file,
        place: `workspace version ${version}`,
        expected: `version ${currentVersion} or older`,
        next: 'Update the program, or use another file: --workspace OTHER',
      });
    }
    for (const step of migrations.filter((migration) => migration.version > version)) {
      for (const statement of step.statements) await session.run(statement);
      await session.run('UPDATE workspace_version SET version = $1', [step.version]);
    }
  });
}

function notOurs(file: string): Error {
  return fail('workspace-invalid', 'The file is a database, but not a workspace of this program', {
    file,
    expected: 'a workspace made by this program, or a path where no file exists yet',
    next: 'Choose another file: --workspace OTHER',
  });
}

function assemble(file: string, instance: DuckDBInstance, writer: Connection, reader: Connection, place: InPlace): Store {
  const memory = new OutcomeMemory(writer);
  const runRows = new Remembered(() => readRunRows(reader));
  const flips = new FlipsReader(reader);
  const committer = new Committer(writer, memory, runRows.forget);
  const inFlight = new InFlight(file);
  let closed: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    inFlight.close();
    await reader.close();
    try {
      await writer.exclusive((session) => session.run('CHECKPOINT'));
    } catch (error) {
      // Without space for the checkpoint everything committed stays in the .wal file, which is read at the next opening; of a file that is gone nothing can be saved.
      if (!['disk-full', 'workspace-missing'].includes(toFailure(error).kind)) throw error;
    } finally {
      await writer.close();
      instance.closeSync();
      openFiles.delete(file);
    }
  };
  return {
    file,
    get standing() {
      return place.gone ? 'gone' : place.holds ? 'open' : 'lost';
    },
    ...registry(writer, reader, runRows.forget),
    ...runs(writer, reader, memory, runRows),
    ...readings(reader, memory),
    ...analyses(writer, reader),
    ...recipes(writer, reader),
    ...queue(writer, reader),
    ...strikes(writer, reader),
    inFlight,
    ...tableExport(reader),
    flips: (request) => flips.page(request),
    commitBatch: (commit) => committer.commit([commit]),
    commitBatches: (commits) => committer.commit(commits),
    levelCounts: async (runId) => {
      const row = (await reader.rows('SELECT counts FROM level_totals WHERE run_id = $1', [runId]))[0];
      return row === undefined ? [] : sorted(parseLevelText(text(row, 0)));
    },
    close: () => (closed ??= close()),
  };
}
