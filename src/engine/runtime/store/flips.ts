/**
 * Images of a run beside those of its baseline, counted, filtered, sorted and paged by the database: a window never holds 50,000 rows.
 * The same file is the same image; runs on one list are joined by position, which is the same and quicker.
 */
import type { DuckDBValue } from '@duckdb/node-api';
import { assertNever } from '../../../shared/assert-never';
import { flipKinds, type FlipCounts, type FlipRow, type FlipsFilter, type FlipSide, type FlipsSort } from '../../../shared/images';
import type { Connection } from './connection';
import { number, numberOrNull, text, textOrNull, type Row } from './row';

export interface FlipsRequest {
  readonly run: { readonly id: string; readonly listId: string };
  readonly baseline: { readonly id: string; readonly listId: string } | null;
  readonly filter: FlipsFilter;
  readonly sort: FlipsSort;
  readonly offset: number;
  readonly count: number;
  readonly find: number | null;
}

export interface FlipsPage {
  readonly counts: FlipCounts;
  readonly rows: readonly FlipRow[];
  readonly found: { readonly row: FlipRow; readonly position: number | null } | null;
}

/** One row per image of the run: p is the run's prediction, q the baseline's (nulls where it has none). */
function pairs({ run, baseline }: FlipsRequest): string {
  const other = baseline === null
    ? 'LEFT JOIN predictions q ON q.run_id = $2 AND q."index" = p."index"'
    : baseline.listId === run.listId
      ? 'LEFT JOIN (SELECT * FROM predictions WHERE run_id = $2) q ON q."index" = p."index"'
      // A list may name a file twice: the last one counts, as in the paired table.
      : `LEFT JOIN (SELECT b.*, m.file FROM predictions b JOIN image_lists m ON m.list_id = $4 AND m."index" = b."index" WHERE b.run_id = $2
           QUALIFY row_number() OVER (PARTITION BY m.file ORDER BY b."index" DESC) = 1) q ON q.file = l.file`;
  return `
    SELECT p."index", l.file, p.label,
           CASE WHEN q.label IS NULL THEN NULL
                WHEN coalesce(q.top1 = q.label, false) AND NOT coalesce(p.top1 = p.label, false) THEN 'lost'
                WHEN coalesce(p.top1 = p.label, false) AND NOT coalesce(q.top1 = q.label, false) THEN 'gained'
                WHEN p.top1 IS DISTINCT FROM q.top1 THEN 'changed'
                ELSE 'same' END AS flip,
           p.top1, p.top2, p.top3, p.top4, p.top5, p.margin, p.loss,
           q.top1 AS q1, q.top2 AS q2, q.top3 AS q3, q.top4 AS q4, q.top5 AS q5, q.margin AS q_margin, q.loss AS q_loss
    FROM predictions p JOIN image_lists l ON l.list_id = $3 AND l."index" = p."index" ${other}
    WHERE p.run_id = $1`;
}

/** Largest first; images without a baseline at the end; equal ones as listed. */
function order(sort: FlipsSort): string {
  switch (sort) {
    case 'list': return '"index"';
    case 'marginLoss': return 'q_margin - CASE WHEN top1 = q1 THEN margin ELSE -margin END DESC NULLS LAST, "index"';
    case 'marginBefore': return 'q_margin DESC NULLS LAST, "index"';
    case 'marginAfter': return 'margin DESC NULLS LAST, "index"';
    case 'lossChange': return 'CASE WHEN q_loss IS NULL THEN NULL WHEN isfinite(loss) OR isfinite(q_loss) THEN loss - q_loss ELSE 0 END DESC NULLS LAST, "index"';
    default: return assertNever(sort, 'sort');
  }
}

const only = (filter: FlipsFilter): string => (filter === 'all' ? 'true' : `flip = '${filter}'`);

export async function readFlips(reader: Connection, request: FlipsRequest): Promise<FlipsPage> {
  const { run, baseline, filter, sort, offset, count, find } = request;
  const sameList = baseline === null || baseline.listId === run.listId;
  const given: DuckDBValue[] = [run.id, baseline?.id ?? null, run.listId, ...(sameList ? [] : [baseline.listId])];
  const next = given.length + 1;
  const source = `WITH pairs AS (${pairs(request)})`;
  const counted = (await reader.rows(
    `${source} SELECT count(*), count(flip), count(*) FILTER (WHERE flip = 'lost'), count(*) FILTER (WHERE flip = 'gained'), count(*) FILTER (WHERE flip = 'changed') FROM pairs`, given,
  ))[0];
  if (counted === undefined) throw new Error('a count without a row');
  const rows = await reader.rows(`${source} SELECT * FROM pairs WHERE ${only(filter)} ORDER BY ${order(sort)} LIMIT $${next} OFFSET $${next + 1}`, [...given, count, offset]);
  return {
    counts: { all: number(counted, 0), common: number(counted, 1), lost: number(counted, 2), gained: number(counted, 3), changed: number(counted, 4) },
    rows: rows.map(flipRow),
    found: find === null ? null : await findImage(reader, source, given, request, find),
  };
}

async function findImage(reader: Connection, source: string, given: DuckDBValue[], { filter, sort }: FlipsRequest, image: number): Promise<FlipsPage['found']> {
  const wanted = `$${given.length + 1}`;
  const row = (await reader.rows(
    `${source}, places AS (SELECT "index", row_number() OVER (ORDER BY ${order(sort)}) - 1 AS place FROM pairs WHERE ${only(filter)})
     SELECT pairs.*, places.place FROM pairs LEFT JOIN places ON places."index" = pairs."index" WHERE pairs."index" = ${wanted}`, [...given, image],
  ))[0];
  return row === undefined ? null : { row: flipRow(row), position: numberOrNull(row, 18) };
}

function flipRow(row: Row): FlipRow {
  const label = number(row, 2);
  const kind = textOrNull(row, 3);
  return {
    index: number(row, 0),
    file: text(row, 1),
    label,
    flip: flipKinds.find((known) => known === kind) ?? null,
    run: side(row, 4, label),
    baseline: kind === null ? null : side(row, 11, label),
  };
}

function side(row: Row, first: number, label: number): FlipSide {
  const top5 = [0, 1, 2, 3, 4].map((place) => numberOrNull(row, first + place)).filter((value) => value !== null);
  return { top5, margin: number(row, first + 5), loss: number(row, first + 6), correct: top5[0] === label };
}
