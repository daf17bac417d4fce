/** Taking things out of a workspace again. */
import { assertNever } from '../../../shared/assert-never';
import type { Removal } from '../../../shared/records';
import type { Connection } from './connection';
import { text } from './row';

/** Everything that is stored of a run, in the order in which it may go. */
const tablesOfRuns = ['analyses', 'calibrations', 'level_totals', 'skipped', 'batches', 'predictions', 'strikes'] as const;

/** All or nothing, in one transaction; lists of images that no run is left of go too. */
export async function remove(writer: Connection, removal: Removal): Promise<void> {
  await writer.transaction(async (session) => {
    const runs = await session.rows(`SELECT id FROM runs WHERE ${columnOf(removal)} = $1`, [removal.id]);
    for (const row of runs) {
      const runId = text(row, 0);
      for (const table of tablesOfRuns) await session.run(`DELETE FROM ${table} WHERE run_id = $1`, [runId]);
      await session.run(`DELETE FROM titles WHERE kind = 'run' AND id = $1`, [runId]);
      await session.run('DELETE FROM runs WHERE id = $1', [runId]);
    }
    if (removal.kind === 'model') await session.run('DELETE FROM models WHERE id = $1', [removal.id]);
    if (removal.kind === 'dataset') {
      await session.run('DELETE FROM datasets WHERE id = $1', [removal.id]);
      await session.run('DELETE FROM locked_pictures WHERE dataset_id = $1', [removal.id]);
    }
    await session.run('DELETE FROM titles WHERE kind = $1 AND id = $2', [removal.kind, removal.id]);
    await session.run('DELETE FROM image_lists WHERE list_id NOT IN (SELECT list_id FROM runs)');
  });
}

function columnOf({ kind }: Removal): string {
  switch (kind) {
    case 'run': return 'id';
    case 'model': return 'model_id';
    case 'dataset': return 'dataset_id';
    default: return assertNever(kind, 'kind of removal');
  }
}
