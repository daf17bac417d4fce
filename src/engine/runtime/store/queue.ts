/** Evaluations that wait for their turn: they outlive the window and the program. */
import { queuedItemSchema, type QueuedItem } from '../../../shared/queue';
import type { Connection } from './connection';
import { text } from './row';
import { canonicalJson, parseStored } from './stored-json';

export interface Queue {
  /** In the order in which they shall run. */
  queue(): Promise<readonly QueuedItem[]>;
  /** In place of what was there. */
  saveQueue(items: readonly QueuedItem[]): Promise<void>;
}

export function queue(writer: Connection, reader: Connection): Queue {
  return {
    queue: async () => (await reader.rows('SELECT item FROM queue ORDER BY place')).map((row) => parseStored(queuedItemSchema, text(row, 0), 'queued evaluation')),
    saveQueue: (items) =>
      writer.transaction(async (session) => {
        await session.run('DELETE FROM queue');
        for (const [place, item] of items.entries()) await session.run('INSERT INTO queue VALUES ($1, $2)', [place, canonicalJson(item)]);
      }),
  };
}
