/** `bitlog2 rename`: calls a run, a model or a data set of a workspace by another name; files keep theirs. */
import type { Command } from 'commander';
import { exitCode, type CliEnvironment } from '../environment';
import { withWorkspace } from '../with-engine';
import { checkOneThing, oneThing, removalOf, type RemoveOptions } from './remove';

export function renameCommand(program: Command, run: (name: string, options: RemoveOptions) => Promise<void>): void {
  oneThing(program.command('rename'))
    .argument('<name>', 'what it shall be called; "" gives it its own name again')
    .description('call a run, a model or a data set by another name in this workspace; files keep theirs')
    .action((name: string, options: RemoveOptions) => run(name, options));
}

export async function runRename(environment: CliEnvironment, name: string, options: RemoveOptions): Promise<number> {
  checkOneThing(options, 'rename');
  return withWorkspace(environment, { ...options, workers: 1 }, async ({ engine }, summary) => {
    const thing = removalOf(environment, summary, options);
    await engine.call('workspace.rename', { ...thing, name });
    environment.stderr.write(name.trim() === '' ? `${thing.kind} ${thing.id} has its own name again\n` : `${thing.kind} ${thing.id} is called ${name.trim()}\n`);
    return exitCode.ok;
  });
}
