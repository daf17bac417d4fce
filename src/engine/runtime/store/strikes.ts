/**
 * Which batches were being evaluated when the program ended without saying so. After one such end a batch is suspect and is evaluated
 * alone, so that a second end has one batch to blame: then it is left out (quarantine), and the rest goes on.
 */
import type { Connection } from './connection';
import { leftInFlight, forgetInFlight } from './in-flight';
import { number } from './row';

/** How the engine before this one ended, as far as is known: killed from outside says less about a batch than a crash. */
export type LastEnd = 'unknown' | 'killed';

/** Points of an end: two crashes, or four kills, quarantine a batch. An unknown end counts as a crash. */
export const strikePoints: Readonly<Record<LastEnd, number>> = { unknown: 2, killed: 1 };
export const quarantinePoints = 4;

export interface Strikes {
  /** Points by batch; -1 is the run's calibration. */
  strikes(runId: string): Promise<ReadonlyMap<number, number>>;
  /** The program lives on, but a worker thread died over one of these. */
  strike(runIds: readonly string[], batches: readonly number[]): Promise<void>;
}

export function strikes(writer: Connection, reader: Connection): Strikes {
  return {
    strikes: async (runId) => {
      const rows = await reader.rows('SELECT batch, sum(points)::INTEGER FROM strikes WHERE run_id = $1 GROUP BY batch', [runId]);
      return new Map(rows.map((row) => [number(row, 0), number(row, 1)]));
    },
    strike: (runIds, batches) => addStrikes(writer, runIds.map((runId) => ({ runId, batches })), strikePoints.unknown),
  };
}

/** Moves what a program left in flight into the workspace. */
export async function takeStrikes(writer: Connection, workspace: string, lastEnd: LastEnd): Promise<void> {
  const left = leftInFlight(workspace);
  if (left.length > 0) await addStrikes(writer, left, strikePoints[lastEnd]);
  forgetInFlight(workspace);
}

async function addStrikes(writer: Connection, entries: readonly { readonly runId: string; readonly batches: readonly number[] }[], points: number): Promise<void> {
  await writer.transaction(async (session) => {
    for (const { runId, batches } of entries) {
      for (const batch of batches) await session.run('INSERT INTO strikes VALUES ($1, $2, $3)', [runId, batch, points]);
    }
  });
}
