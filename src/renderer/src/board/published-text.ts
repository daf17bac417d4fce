/** The published figures of a cell as short lines, the page's first. */
import type { BoardCell } from './types';

export type PublishedLine = { readonly kind: 'page'; readonly top1: number } | { readonly kind: 'as'; readonly top1: number; readonly name: string } | { readonly kind: 'log'; readonly top1: number };

/** The page's figure under the name of whose it is; the log's beside it where it says another, or where the page has none. */
export function publishedLines(cell: Pick<BoardCell, 'published' | 'publishedAs' | 'publishedLog'> | null): PublishedLine[] {
  if (cell === null) return [];
  const { published, publishedAs, publishedLog } = cell;
  const page: PublishedLine[] = published === null ? [] : [publishedAs === null ? { kind: 'page', top1: published } : { kind: 'as', top1: published, name: publishedAs }];
  return publishedLog === null || publishedLog === published ? page : [...page, { kind: 'log', top1: publishedLog }];
}
