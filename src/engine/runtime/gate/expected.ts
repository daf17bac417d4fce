/** What a model's FP32 top-1 is said to be: by the published table, by the model's page, or by the card beside its file. */
import { readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { seedModelOf } from '../../../shared/seed-models';
import type { DatasetListing } from '../../core/datasets/dataset-listing';
import type { KnownModel } from '../library/model-library';
import { modelFacts } from '../library/model-facts';
import { publishedFigure, type PublishedTable } from '../results/published';

export interface ExpectedTop1 {
  /** In percent. */
  readonly top1: number;
  readonly source: string;
}

/** Null where nothing is said, or where the data set is not what it is said of: a subset of the classes is easier. */
export function expectedTop1({ record }: KnownModel, outputNames: readonly string[] | null, listing: DatasetListing, published: PublishedTable, resourcesPath: string): ExpectedTop1 | null {
  if (listing.labelSet === 'imagenet-1k') return listing.classes.length === 1000 ? ofImagenet(record.file, published, resourcesPath) : null;
  const own = new Set(outputNames ?? []);
  return own.size > 0 && own.size === listing.classes.length && listing.classes.every(({ folder }) => own.has(folder)) ? ofCard(record.file) : null;
}

function ofImagenet(file: string, published: PublishedTable, resourcesPath: string): ExpectedTop1 | null {
  const { page } = publishedFigure(published, { file }, 'none');
  if (page !== null) return { top1: page, source: 'the published table' };
  const seed = seedModelOf(basename(file, extname(file)));
  const facts = seed === null ? undefined : modelFacts(resourcesPath).find(({ name }) => name === seed.name);
  return facts === undefined ? null : { top1: facts.top1.value, source: facts.top1.source };
}

/** A card has a table row such as `| Top-1 in FP32, ... | 88.6 % |`; the first one counts. */
function ofCard(file: string): ExpectedTop1 | null {
  const card = join(dirname(file), `${basename(file, extname(file))}.md`);
  const found = /^\|\s*Top-1 in FP32[^|]*\|\s*(\d+(?:\.\d+)?)\s*%\s*\|/im.exec(textOf(card))?.[1];
  return found === undefined ? null : { top1: Number(found), source: basename(card) };
}

/** Most models have no card. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
