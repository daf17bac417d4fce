/** The seed's published table (resources/published/seed.json), matched to models by their file's name. */
import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { ModelRecord } from '../../../shared/records';
import type { PublishedFigure, PublishedRows } from '../../../shared/published';
import { seedModels } from '../../../shared/seed-models';
import { schemeIds, type SchemeId } from '../../../shared/settings';
import { preprocessPresets } from '../../core/images/preprocess';

export interface PublishedTable {
  /** Where it was published. */
  readonly page: string;
  readonly wBits: number;
  readonly aBits: number;
  readonly models: readonly {
    readonly name: string;
    /** Matches the file's name without extension; other sizes, resolutions and weights must not match. */
    readonly file: RegExp;
    readonly figures: ReadonlyMap<SchemeId, PublishedFigure>;
  }[];
}

/** What there is when nothing was published. */
export const nothingPublished: PublishedTable = { page: '', wBits: 4, aBits: 4, models: [] };

/** Reads the table. Throws when the resource is missing or not as expected: the installation is damaged. */
export function readPublished(resourcesPath: string): PublishedTable {
  const file = join(resourcesPath, 'published', 'seed.json');
  const table: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const models = list(field(table, 'models'));
  return {
    page: text(field(table, 'page')),
    wBits: number(field(table, 'wBits')),
    aBits: number(field(table, 'aBits')),
    models: models.map((model) => ({ name: text(field(model, 'name')), file: new RegExp(text(field(model, 'file')), 'i'), figures: figures(field(model, 'figures')) })),
  };
}

/** What was published for a model and scheme: the page's figure (null where it has none: logs never stand in for it), whose it is, and what the logs say. */
export function publishedFigure(table: PublishedTable, model: Pick<ModelRecord, 'file'>, scheme: SchemeId): PublishedFigure {
  const name = basename(model.file, extname(model.file));
  return table.models.find((row) => row.file.test(name))?.figures.get(scheme) ?? noFigure;
}

/** The whole table, a row for each of the seven models in their order; of models without a published figure the row is empty. `titles`: by the models' names. */
export function publishedRows(table: PublishedTable, titles: ReadonlyMap<string, string>): PublishedRows {
  return {
    page: table.page, wBits: table.wBits, aBits: table.aBits,
    models: seedModels.map(({ name, architecture, tag, preprocess }) => ({
      name, title: titles.get(name) ?? name, architecture, tag, preprocess: preprocessPresets[preprocess],
      figures: schemeIds.map((scheme) => ({ scheme, figure: publishedFigure(table, { file: `${architecture}.onnx` }, scheme) })).filter(({ figure }) => figure.page !== null || figure.log !== null),
    })),
  };
}

export const noFigure: PublishedFigure = { page: null, log: null, as: null };

function figures(value: unknown): Map<SchemeId, PublishedFigure> {
  if (typeof value !== 'object' || value === null) throw new Error('published table: figures are not an object');
  return new Map(
    Object.entries(value).map(([id, figure]) => {
      const scheme = schemeIds.find((known) => known === id);
      if (scheme === undefined) throw new Error(`published table: unknown scheme ${id}`);
      return [scheme, { page: numberOrNull(field(figure, 'page')), log: numberOrNull(field(figure, 'log')), as: textOrNull(field(figure, 'as')) }];
    }),
  );
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new Error(`published table: no object around ${name}`);
  return new Map<string, unknown>(Object.entries(value)).get(name);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error('published table: a list is missing');
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error('published table: a text is missing');
}

function number(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new Error('published table: a number is missing');
}

function numberOrNull(value: unknown): number | null {
  return value === undefined ? null : number(value);
}

function textOrNull(value: unknown): string | null {
  return value === undefined ? null : text(value);
}
