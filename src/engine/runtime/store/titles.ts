/** What people call things, and the pictures that they want every run calibrated on: kept beside the records, which stay as they were read from files. */
import { lockedFilesSchema, type Naming } from '../../../shared/naming';
import type { Connection } from './connection';
import { text } from './row';
import { parseStored } from './stored-json';

export interface Titles {
  /** An empty name: what the thing is called by itself. */
  rename(naming: Naming): Promise<void>;
  /** Paths relative to the data set; null when none are locked. */
  lockedPictures(datasetId: string): Promise<readonly string[] | null>;
  /** Null lets them go. */
  lockPictures(datasetId: string, files: readonly string[] | null): Promise<void>;
}

/** `forget`: what is remembered of records is read anew after a naming. */
export function titles(writer: Connection, reader: Connection, forget: () => void): Titles {
  return {
    rename: ({ kind, id, name }) =>
      writer.transaction(async (session) => {
        await session.run('DELETE FROM titles WHERE kind = $1 AND id = $2', [kind, id]);
        if (name !== '') await session.run('INSERT INTO titles VALUES ($1, $2, $3)', [kind, id, name]);
      }).finally(forget),
    lockedPictures: async (datasetId) => {
      const row = (await reader.rows('SELECT files FROM locked_pictures WHERE dataset_id = $1', [datasetId]))[0];
      return row === undefined ? null : parseStored(lockedFilesSchema, text(row, 0), 'locked pictures');
    },
    lockPictures: (datasetId, files) =>
      writer.transaction(async (session) => {
        await session.run('DELETE FROM locked_pictures WHERE dataset_id = $1', [datasetId]);
        if (files !== null) await session.run('INSERT INTO locked_pictures VALUES ($1, $2)', [datasetId, JSON.stringify(files)]);
      }),
  };
}
