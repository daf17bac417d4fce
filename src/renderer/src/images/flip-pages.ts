/** The part of a long list of images that has arrived: pages of rows by position. Plain values, made anew at every change. */
import type { FlipRow } from '../../../shared/images';

/** Rows of a page: some screens of the grid, and little enough to come at once. */
export const pageSize = 240;
/** Pages kept; those far from what is looked at go first. */
const mostPages = 40;

export interface FlipPages {
  readonly total: number;
  readonly pages: ReadonlyMap<number, readonly FlipRow[]>;
}

export const noPages: FlipPages = { total: 0, pages: new Map() };

export function rowAt({ pages }: FlipPages, position: number): FlipRow | null {
  return pages.get(Math.floor(position / pageSize))?.[position % pageSize] ?? null;
}

/** Pages that the positions first..last (both included) need and that have not arrived. */
export function missingPages({ total, pages }: FlipPages, first: number, last: number): number[] {
  const missing: number[] = [];
  const end = Math.min(last, total - 1);
  for (let page = Math.floor(Math.max(0, first) / pageSize); page * pageSize <= end; page++) if (!pages.has(page)) missing.push(page);
  return missing;
}

export function withPage({ total, pages }: FlipPages, page: number, rows: readonly FlipRow[]): FlipPages {
  const next = new Map(pages).set(page, rows);
  const far = [...next.keys()].sort((a, b) => Math.abs(a - page) - Math.abs(b - page)).slice(mostPages);
  for (const old of far) next.delete(old);
  return { total, pages: next };
}

/** Where an image stands, if its page is here. */
export function positionOf({ pages }: FlipPages, image: number): number | null {
  for (const [page, rows] of pages) {
    const place = rows.findIndex(({ index }) => index === image);
    if (place >= 0) return page * pageSize + place;
  }
  return null;
}

/** A short list that is here whole. */
export function pagesOf(rows: readonly FlipRow[]): FlipPages {
  let all: FlipPages = { total: rows.length, pages: new Map() };
  for (let page = 0; page * pageSize < rows.length; page++) all = withPage(all, page, rows.slice(page * pageSize, (page + 1) * pageSize));
  return all;
}
