/** `bitlog2 rename`: calls a run, a model or a data set of a workspace by another name; files keep theirs. */
import type { Command } from 'commander';
import { fail } from '../../shared/failure';
import { exitCode, type CliEnvironment } from '../environment';
import { existingWorkspace } from '../existing-workspace';
import { removalOf, type RemoveOptions } from './remove';

export function renameCommand(program: Command, run: (name: string, options: RemoveOptions) => Promise<void>): void {
  program
    .command('rename')
    .argument('<name>', 'what it shall be called; "" gives it its own name again')
    .description('call a run, a model or a data set by another name in this workspace; files keep theirs')
    .option('--workspace <file>', 'workspace file (default: the one of the window)')
    .option('--run <run>', 'an id or its beginning, or model/scheme/seed (the newest of that name)')
    .option('--model <name>', 'name, file or id of a model')
    .option('--dataset <name>', 'name, folder or id of a data set')
    .action((name: string, options: RemoveOptions) => run(name, options));
}

export async function runRename(environment: CliEnvironment, name: string, options: RemoveOptions): Promise<number> {
  if ([options.run, options.model, options.dataset].filter((given) => given !== undefined).length !== 1) {
    throw fail('settings', 'Say what to rename', { expected: 'exactly one of --run, --model, --dataset', next: '`bitlog2 runs` lists the runs' });
  }
  const file = existingWorkspace(environment, options.workspace);
  const engine = environment.openEngine({ workers: 1 });
  try {
    const thing = removalOf(environment, await engine.call('workspace.open', { file }), options);
    await engine.call('workspace.rename', { ...thing, name });
    environment.stderr.write(name.trim() === '' ? `${thing.kind} ${thing.id} has its own name again\n` : `${thing.kind} ${thing.id} is called ${name.trim()}\n`);
    return exitCode.ok;
  } finally {
    await engine.close();
  }
}
