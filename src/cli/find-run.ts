/** The run that a person means. */
import { fail } from '../shared/failure';
import type { RunRecord } from '../shared/records';
import { runName } from './eval-json';

/**
 * `given`: model/scheme/seed (the newest run of that name), "newest", an id, or the beginning of exactly one; `runs` in the order they were made.
 * Throws EngineError 'not-found' for no such run, 'settings' for a beginning that several ids have.
 */
export function findRun(runs: readonly RunRecord[], given: string): RunRecord {
  const found = given === 'newest' ? runs.slice(-1) : named(runs, given);
  const [run] = found;
  if (run !== undefined && found.length === 1) return run;
  if (run === undefined) throw fail('not-found', given === 'newest' ? 'This workspace has no runs' : `No run of this workspace has the id ${given}`, { expected: runs.length === 0 ? 'a run: `bitlog2 eval` makes one' : `newest, or one of ${runs.slice(-5).map(({ id }) => id).join(', ')}`, next: 'Name another run' });
  throw fail('settings', `${found.length} runs begin with ${given}`, { expected: found.map(({ id }) => id).join(', '), next: 'Give more of the id' });
}

/** As `findRun`, for questions about quantisers: "newest" is the newest quantised run, and an FP32 run only where there is no other. */
export function findQuantisedRun(runs: readonly RunRecord[], given: string): RunRecord {
  const quantised = given === 'newest' ? runs.filter(({ settings }) => settings.arithmetic !== 'fp32') : [];
  return findRun(quantised.length > 0 ? quantised : runs, given);
}

function named(runs: readonly RunRecord[], given: string): readonly RunRecord[] {
  const newest = runs.filter((run) => runName(run) === given).at(-1);
  return newest === undefined ? runs.filter(({ id }) => id.startsWith(given)) : [newest];
}
