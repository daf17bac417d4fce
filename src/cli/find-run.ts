import type { RunRecord } from '../shared/records';
import { chosenRun } from './commands/levels';
import { runName } from './eval-json';

/**
 * `given`: model/scheme/seed (the newest run of that name), "newest", an id, or the beginning of exactly one; `runs` in the order they were made.
 * Throws EngineError 'not-found' for no such run, 'settings' for a beginning that several ids have.
 */
export function findRun(runs: readonly RunRecord[], given: string): RunRecord {
  return runs.filter((run) => runName(run) === given).at(-1) ?? chosenRun(runs, given);
}
