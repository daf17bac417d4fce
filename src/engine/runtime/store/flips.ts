/**
 * Images of a run beside those of its baseline. The database joins and sorts them once per question; what is remembered of the answer
 * (positions and kinds, nine bytes an image) filters, counts and finds, so that a page costs as much as its rows. A window never holds 50,000.
 * The same file is the same image; runs on one list are joined by position, which is the same and quicker.
 */
import type { DuckDBValue } from '@duckdb/node-api';
import { assertNever } from '../../../shared/assert-never';
import { flipKinds, type FlipCounts, type FlipRow, type FlipsFilter, type FlipSide, type FlipsSort } from '../../../shared/images';
import type { Connection } from './connection';
import { number, numberOrNull, text, type Row } from './row';
import type { StoredRun } from './store-types';

type FlipsRun = Pick<StoredRun, 'id' | 'listId' | 'images'>;

export interface FlipsRequest {
  readonly run: FlipsRun;
  readonly baseline: FlipsRun | null;
  readonly filter: FlipsFilter;
  readonly sort: FlipsSort;
  readonly offset: number;
  readonly count: number;
  readonly find: number | null;
}

export interface FlipsPage {
  readonly counts: FlipCounts;
  readonly total: number;
  readonly rows: readonly FlipRow[];
  readonly found: { readonly row: FlipRow; readonly position: number | null } | null;
}

/** All images of a run in one order. */
interface Order {
  /** Position in the run's list, and in the baseline's (-1: not there). */
  readonly index: Int32Array;
  readonly other: Int32Array;
  /** Place in `flipKinds`, or `unpaired`. */
  readonly flip: Uint8Array;
}

const unpaired = 255;
const kept = 6;

/** p is the run's prediction, q the baseline's (nulls where it has none). */
function pairs(sameList: boolean, sort: FlipsSort): string {
  const other = sameList
    ? 'SELECT * FROM predictions WHERE run_id = $2) q ON q."index" = p."index"'
    // A list may name a file twice: the last one counts, as in the paired table.
    : `SELECT b.*, m.file FROM predictions b JOIN image_lists m ON m.list_id = $4 AND m."index" = b."index" WHERE b.run_id = $2
         QUALIFY row_number() OVER (PARTITION BY m.file ORDER BY b."index" DESC) = 1) q ON q.file = l.file`;
  const list = sameList ? '' : 'JOIN image_lists l ON l.list_id = $3 AND l."index" = p."index"';
  return `
    SELECT p."index", coalesce(q."index", -1),
           CASE WHEN q.label IS NULL THEN ${unpaired}
                WHEN coalesce(q.top1 = q.label, false) AND NOT coalesce(p.top1 = p.label, false) THEN ${flipKinds.indexOf('lost')}
                WHEN coalesce(p.top1 = p.label, false) AND NOT coalesce(q.top1 = q.label, false) THEN ${flipKinds.indexOf('gained')}
                WHEN p.top1 IS DISTINCT FROM q.top1 THEN ${flipKinds.indexOf('changed')}
                ELSE ${flipKinds.indexOf('same')} END
    FROM predictions p ${list} LEFT JOIN (${other} WHERE p.run_id = $1 ORDER BY ${key(sort)} p."index"`;
}

/** Largest first; images without a baseline at the end; equal ones as listed. */
function key(sort: FlipsSort): string {
  switch (sort) {
    case 'list': return '';
    case 'marginLoss': return 'q.margin - CASE WHEN p.top1 = q.top1 THEN p.margin ELSE -p.margin END DESC NULLS LAST,';
    case 'marginBefore': return 'q.margin DESC NULLS LAST,';
    case 'marginAfter': return 'p.margin DESC,';
    case 'lossChange': return 'CASE WHEN q.loss IS NULL THEN NULL WHEN isfinite(p.loss) OR isfinite(q.loss) THEN p.loss - q.loss ELSE 0 END DESC NULLS LAST,';
    default: return assertNever(sort, 'sort');
  }
}

export class FlipsReader {
  /** Least recently used first. */
  private readonly orders = new Map<string, Promise<Order>>();

  constructor(private readonly reader: Connection) {}

  async page(request: FlipsRequest): Promise<FlipsPage> {
    const { run, baseline, filter, offset, count, find } = request;
    const order = await this.order(request);
    const wanted = filter === 'all' ? null : flipKinds.indexOf(filter);
    const matching = wanted === null ? Int32Array.from(order.index, (_, place) => place) : placesOf(order.flip, wanted);
    const place = find === null ? -1 : order.index.indexOf(find);
    const places = [...matching.subarray(offset, offset + count), ...(place < 0 ? [] : [place])];
    const rows = await this.rows(run, baseline, order, places);
    const found = place < 0 ? undefined : rows.pop();
    const position = matching.indexOf(place);
    return { counts: countKinds(order.flip), total: matching.length, rows, found: found === undefined ? null : { row: found, position: position < 0 ? null : position } };
  }

  /** By how many images both runs have, too: a run that goes on has a new order at every commit. */
  private order({ run, baseline, sort }: FlipsRequest): Promise<Order> {
    const name = JSON.stringify([run.id, run.images, baseline?.id, baseline?.images, sort]);
    const order = this.orders.get(name) ?? this.readOrder(run, baseline, sort);
    this.orders.delete(name);
    this.orders.set(name, order);
    order.catch(() => this.orders.delete(name));
    for (const old of [...this.orders.keys()].slice(0, -kept)) this.orders.delete(old);
    return order;
  }

  private async readOrder(run: FlipsRun, baseline: FlipsRun | null, sort: FlipsSort): Promise<Order> {
    const sameList = baseline === null || baseline.listId === run.listId;
    const values: DuckDBValue[] = [run.id, baseline?.id ?? '', ...(sameList ? [] : [run.listId, baseline.listId])];
    const columns = await this.reader.columns(pairs(sameList, sort), values);
    const [index, other, flip] = [0, 1, 2].map((column) => (columns[column] ?? []).map((_, row) => number(columns[column] ?? [], row)));
    return { index: Int32Array.from(index ?? []), other: Int32Array.from(other ?? []), flip: Uint8Array.from(flip ?? []) };
  }

  /** The rows at these places of the order. */
  private async rows(run: FlipsRun, baseline: FlipsRun | null, order: Order, places: readonly number[]): Promise<FlipRow[]> {
    const mine = await this.sides(run, places.map((place) => order.index[place] ?? -1));
    const theirs = baseline === null ? new Map<number, StoredSide>() : await this.sides(baseline, places.map((place) => order.other[place] ?? -1).filter((index) => index >= 0));
    return places.flatMap((place) => {
      const index = order.index[place] ?? -1;
      const stored = mine.get(index);
      if (stored === undefined) return [];
      const { file, label, side } = stored;
      return [{ index, file, label, flip: flipKinds[order.flip[place] ?? unpaired] ?? null, run: side, baseline: theirs.get(order.other[place] ?? -1)?.side ?? null }];
    });
  }

  private async sides(run: FlipsRun, indices: readonly number[]): Promise<Map<number, StoredSide>> {
    if (indices.length === 0) return new Map();
    const rows = await this.reader.rows(
      `SELECT p."index", l.file, p.label, p.top1, p.top2, p.top3, p.top4, p.top5, p.margin, p.loss
       FROM predictions p JOIN image_lists l ON l.list_id = $2 AND l."index" = p."index"
       WHERE p.run_id = $1 AND p."index" IN (${indices.join(', ')})`, [run.id, run.listId],
    );
    return new Map(rows.map((row) => [number(row, 0), storedSide(row)]));
  }
}

interface StoredSide {
  readonly file: string;
  readonly label: number;
  readonly side: FlipSide;
}

function storedSide(row: Row): StoredSide {
  const label = number(row, 2);
  const top5 = [3, 4, 5, 6, 7].map((column) => numberOrNull(row, column)).filter((value) => value !== null);
  return { file: text(row, 1), label, side: { top5, margin: number(row, 8), loss: number(row, 9), correct: top5[0] === label } };
}

function placesOf(flip: Uint8Array, wanted: number): Int32Array {
  const places: number[] = [];
  flip.forEach((kind, place) => {
    if (kind === wanted) places.push(place);
  });
  return Int32Array.from(places);
}

function countKinds(flip: Uint8Array): FlipCounts {
  const count = (kind: number): number => flip.reduce((sum, other) => sum + (other === kind ? 1 : 0), 0);
  return { all: flip.length, common: flip.length - count(unpaired), lost: count(flipKinds.indexOf('lost')), gained: count(flipKinds.indexOf('gained')), changed: count(flipKinds.indexOf('changed')) };
}
