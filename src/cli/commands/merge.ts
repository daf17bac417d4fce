/** `bitlog2 merge`: joins workspace files, as of several machines, into one. */
import type { Command } from 'commander';
import type { MergedFile } from '../../shared/merge';
import { jsonOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { withEngine } from '../with-engine';

export interface MergeOptions {
  readonly into: string;
  readonly json: boolean;
}

export function mergeCommand(program: Command, run: (files: readonly string[], options: MergeOptions) => Promise<void>): void {
  program
    .command('merge')
    .description('take the models, data sets, runs, predictions, analyses and recipes of workspaces into one; equal ones come once, the files stay as they are')
    .argument('<files...>', 'workspace files')
    .requiredOption('--into <file>', 'the workspace that takes them; made when it is not there')
    .addOption(jsonOption())
    .action((files: string[], options: MergeOptions) => run(files, options));
}

export function runMerge(environment: CliEnvironment, files: readonly string[], { into, json }: MergeOptions): Promise<number> {
  return withEngine(environment, 1, async ({ engine }) => {
    await engine.call('workspace.open', { file: environment.resolvePath(into) });
    const result = await engine.call('merge.files', { files: files.map((file) => environment.resolvePath(file)) });
    environment.stdout.write(json ? `${JSON.stringify(result)}\n` : result.files.map(fileText).join(''));
    return exitCode.ok;
  });
}

const one: Readonly<Record<string, string>> = { models: 'model', datasets: 'data set', runs: 'run', predictions: 'prediction', analyses: 'analysis', recipes: 'recipe' };

function fileText({ file, added, conflicts }: MergedFile): string {
  const counts = Object.entries(added).filter(([, count]) => count > 0).map(([what, count]) => `${count} ${count === 1 ? one[what] ?? what : what}`);
  return [`${file}: ${counts.length === 0 ? 'nothing new' : counts.join(', ')}`, ...conflicts.map((conflict) => `  ${conflict}`), ''].join('\n');
}
