/** `bitlog2 remove`: takes runs, models or data sets out of a workspace; files of models and pictures stay. */
import type { Command } from 'commander';
import { fail } from '../../shared/failure';
import type { Removal, WorkspaceSummary } from '../../shared/records';
import { workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { findRun } from '../find-run';
import { withWorkspace } from '../with-engine';

export interface RemoveOptions {
  readonly workspace?: string;
  readonly run?: string;
  readonly model?: string;
  readonly dataset?: string;
}

/** Options that name one thing of a workspace. */
export function oneThing(command: Command): Command {
  return command
    .addOption(workspaceOption())
    .option('--run <run>', 'an id or its beginning, or model/scheme/seed (the newest of that name)')
    .option('--model <name>', 'name, file or id of a model')
    .option('--dataset <name>', 'name, folder or id of a data set');
}

export function removeCommand(program: Command, run: (options: RemoveOptions) => Promise<void>): void {
  oneThing(program.command('remove'))
    .description('take a run, or a model or data set with all of its runs, out of a workspace; files stay where they are')
    .action((options: RemoveOptions) => run(options));
}

export async function runRemove(environment: CliEnvironment, options: RemoveOptions): Promise<number> {
  checkOneThing(options, 'remove');
  return withWorkspace(environment, { ...options, workers: 1 }, async ({ engine }, before) => {
    const removal = removalOf(environment, before, options);
    const after = await engine.call('workspace.remove', removal);
    const runs = before.runs.length - after.runs.length;
    environment.stderr.write(`removed ${removal.kind} ${removal.id} and ${runs} ${runs === 1 ? 'run' : 'runs'}\n`.replace(/^removed run (.*) and 1 run\n$/, 'removed run $1\n'));
    return exitCode.ok;
  });
}

/** Throws EngineError 'settings' unless exactly one thing is named; `verb` says what for. */
export function checkOneThing({ run, model, dataset }: RemoveOptions, verb: string): void {
  if ([run, model, dataset].filter((given) => given !== undefined).length === 1) return;
  throw fail('settings', `Say what to ${verb}`, { expected: 'exactly one of --run, --model, --dataset', next: '`bitlog2 runs` lists the runs' });
}

/** The one thing that is named by `--run`, `--model` or `--dataset`. Throws when none or several are called so. */
export function removalOf({ resolvePath }: Pick<CliEnvironment, 'resolvePath'>, { runs, models, datasets }: WorkspaceSummary, { run, model, dataset }: RemoveOptions): Removal {
  if (run !== undefined) return { kind: 'run', id: findRun(runs, run).id };
  if (model !== undefined) return { kind: 'model', id: only(models.filter(({ id, name, file }) => [id, name].includes(model) || file === resolvePath(model)), 'model', model, models.map(({ name }) => name)) };
  const given = dataset ?? '';
  return { kind: 'dataset', id: only(datasets.filter(({ id, name, root }) => [id, name].includes(given) || root === resolvePath(given)), 'data set', given, datasets.map(({ name }) => name)) };
}

function only(found: readonly { readonly id: string }[], what: string, given: string, names: readonly string[]): string {
  const [one] = found;
  if (one === undefined) throw fail('not-found', `There is no ${what} "${given}" in this workspace`, { expected: names.join(', '), next: 'Choose one of them' });
  if (found.length > 1) throw fail('settings', `${found.length} of them are called "${given}"`, { expected: found.map(({ id }) => id).join(', '), next: 'Name one by its id' });
  return one.id;
}
