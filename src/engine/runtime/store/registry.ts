/** Models, data sets and image lists of a workspace. */
import { datasetRecordSchema, modelRecordSchema } from '../../../shared/records';
import type { Naming } from '../../../shared/naming';
import type { DatasetRecord, ModelRecord } from '../../../shared/records';
import type { Connection } from './connection';
import { remove } from './remove';
import { Remembered } from './remembered';
import { number, text, textOrNull } from './row';
import type { Store } from './store-types';
import { titles, type Titles } from './titles';
import { canonicalJson, parseStored, textHash } from './stored-json';

/** Lists whose labels are kept: those of the runs that somebody is looking at. */
const keptLists = 4;

type Registry = Pick<Store, 'remove' | 'upsertModel' | 'models' | 'upsertDataset' | 'datasets' | 'newestDataset' | 'imageList' | 'listedImages' | 'listedLabels' | 'listedImage' | keyof Titles>;

/** `forgetRuns`: what is remembered of runs is read anew after this. */
export function registry(writer: Connection, reader: Connection, forgetRuns: () => void): Registry {
  const models = new Remembered(() => readModels(reader));
  const datasets = new Remembered(() => readDatasets(reader));
  const labels = new Map<string, Promise<Int32Array>>();
  return {
    ...titles(writer, reader, () => {
      models.forget();
      datasets.forget();
      forgetRuns();
    }),
    upsertModel: (model: ModelRecord) =>
      writer.exclusive((session) =>
        session.run("INSERT OR REPLACE INTO models VALUES ($1, $2, $3, $4, nextval('record_number'), $5)", [model.id, model.name, model.file, model.hash, canonicalJson(model)]),
      ).finally(models.forget),
    models: () => models.get(),
    upsertDataset: (dataset: DatasetRecord) =>
      writer.exclusive((session) =>
        session.run("INSERT OR REPLACE INTO datasets VALUES ($1, $2, $3, $4, nextval('record_number'), $5)", [dataset.id, dataset.name, dataset.root, dataset.hash, canonicalJson(dataset)]),
      ).finally(datasets.forget),
    datasets: () => datasets.get(),
    newestDataset: async () => {
      const row = (await reader.rows('SELECT record FROM datasets ORDER BY number DESC LIMIT 1'))[0];
      return row === undefined ? null : parseStored(datasetRecordSchema, text(row, 0), 'data set');
    },
    remove: (removal) => remove(writer, removal).finally(() => {
      models.forget();
      datasets.forget();
      forgetRuns();
    }),
    imageList: (files, labels) => storeList(writer, files, labels),
    listedImages: async (listId) => {
      const columns = await reader.columns('SELECT file, label FROM image_lists WHERE list_id = $1 ORDER BY "index"', [listId]);
      return { files: (columns[0] ?? []).map((file) => text([file], 0)), labels: Int32Array.from((columns[1] ?? []).map((label) => number([label], 0))) };
    },
    listedLabels: (listId) => {
      const kept = labels.get(listId) ?? readLabels(reader, listId);
      // The one asked for last stands last, and the first ones go.
      labels.delete(listId);
      labels.set(listId, kept);
      for (const old of [...labels.keys()].slice(0, -keptLists)) labels.delete(old);
      kept.catch(() => labels.delete(listId));
      return kept;
    },
    listedImage: async (listId, index) => {
      const row = (await reader.rows('SELECT file, label FROM image_lists WHERE list_id = $1 AND "index" = $2', [listId, index]))[0];
      return row === undefined ? null : { file: text(row, 0), label: number(row, 1) };
    },
  };
}

async function readLabels(reader: Connection, listId: string): Promise<Int32Array> {
  const [labels] = await reader.columns('SELECT label FROM image_lists WHERE list_id = $1 ORDER BY "index"', [listId]);
  return Int32Array.from((labels ?? []).map((label) => number([label], 0)));
}

/** Records with the names that people gave them, by the names that are shown. */
const titled = (table: 'models' | 'datasets', kind: Naming['kind']): string =>
  `SELECT record, title FROM ${table} LEFT JOIN titles ON titles.kind = '${kind}' AND titles.id = ${table}.id ORDER BY coalesce(title, name), number DESC`;

const called = <T extends { readonly name: string }>(record: T, title: string | null): T => (title === null ? record : { ...record, name: title });

async function readModels(reader: Connection): Promise<readonly ModelRecord[]> {
  return (await reader.rows(titled('models', 'model'))).map((row) => called(parseStored(modelRecordSchema, text(row, 0), 'model'), textOrNull(row, 1)));
}

async function readDatasets(reader: Connection): Promise<readonly DatasetRecord[]> {
  return (await reader.rows(titled('datasets', 'dataset'))).map((row) => called(parseStored(datasetRecordSchema, text(row, 0), 'data set'), textOrNull(row, 1)));
}

async function storeList(writer: Connection, files: readonly string[], labels: ArrayLike<number>): Promise<string> {
  if (files.length !== labels.length) throw new RangeError(`${files.length} files but ${labels.length} labels`);
  const listId = textHash(canonicalJson([files, Array.from(labels)])).slice(0, 32);
  await writer.transaction(async (session) => {
    if ((await session.rows('SELECT 1 FROM image_lists WHERE list_id = $1 LIMIT 1', [listId])).length > 0) return;
    const appender = await session.appender('image_lists');
    files.forEach((file, index) => {
      appender.appendVarchar(listId);
      appender.appendInteger(index);
      appender.appendVarchar(file);
      appender.appendInteger(labels[index] ?? -1);
      appender.endRow();
    });
  });
  return listId;
}
