/** Before integer runs evaluate: which of their sites are integer, and the check that a run record's `exact` rests on. */
import { fail } from '../../../shared/failure';
import { quantizerSettings } from '../../core/graph/parameters';
import { schemeById } from '../../core/quantizers/scheme-table';
import { isComplete, type JobInputs, type JobRun } from './evaluation-job';

/** Proves every integer run that goes on to evaluate: a resumed one again, since it may be on another machine. One that multiplies wrongly fails the run. */
export async function proveAll(inputs: JobInputs, runs: readonly JobRun[]): Promise<void> {
  for (const run of runs) {
    if (run.settings.arithmetic !== 'integer' || run.parameters === null || run.failure !== null) continue;
    if (!isComplete(inputs, run)) await proveRun(inputs, run, run.parameters);
  }
}

async function proveRun({ pool, model, store, stop, emit, announce }: JobInputs, run: JobRun, parameters: NonNullable<JobRun['parameters']>): Promise<void> {
  const { scheme, batch } = run.settings;
  const proof = await pool.run<'prove'>({ kind: 'prove', model: model.record.hash, batch, settings: quantizerSettings(run.settings), parameters }, { needs: [model.requirement], stop });
  const [wrong] = proof.wrong;
  if (wrong !== undefined) {
    run.failure = fail('internal', 'An integer product came out wrong on this machine', { file: model.record.file, place: wrong, expected: 'the same as plain integer loops', next: 'Use reference arithmetic' }).failure;
    await store.setRunState(run.id, 'failed', { failure: run.failure });
    return;
  }
  await store.setRunState(run.id, 'calibrating', { proof: { exact: proof.exact, fallbacks: proof.fallbacks } });
  const [first] = proof.fallbacks;
  if (first !== undefined) emit({ kind: 'note', text: `${scheme}: ${proof.fallbacks.length} of ${model.shared.structure.sites.length} sites stay in reference arithmetic, the first ${first.site}: ${first.reason}` });
  if (schemeById(scheme).kind === 'sqrt2') emit({ kind: 'note', text: `${scheme}: attention is two integer products, of even and of odd powers, joined as E + sqrt2 * O in floating point` });
  await announce([run.id], true);
}
