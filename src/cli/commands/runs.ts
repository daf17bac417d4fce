/** `bitlog2 runs`: what a workspace holds, with the ids by which other commands know it. */
import type { Command } from 'commander';
import type { RunRecord } from '../../shared/records';
import { jsonOption, workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { textTable } from '../text-table';
import { withWorkspace } from '../with-engine';

export interface RunsOptions {
  readonly workspace?: string;
  readonly json: boolean;
}

export function runsCommand(program: Command, run: (options: RunsOptions) => Promise<void>): void {
  program
    .command('runs')
    .description('list the runs of a workspace, oldest first')
    .addOption(workspaceOption())
    .addOption(jsonOption())
    .action((options: RunsOptions) => run(options));
}

export function runRuns(environment: CliEnvironment, options: RunsOptions): Promise<number> {
  return withWorkspace(environment, { ...options, workers: 1 }, async (_, { runs }) => {
    environment.stdout.write(options.json ? `${JSON.stringify({ runs })}\n` : runsText(runs));
    return exitCode.ok;
  });
}

/** Ids as short as they are still their own. */
function runsText(runs: readonly RunRecord[]): string {
  if (runs.length === 0) return 'no runs\n';
  const length = [8, 13, 18, 23, 36].find((size) => new Set(runs.map(({ id }) => id.slice(0, size))).size === runs.length) ?? 36;
  // A column for names only where somebody gave some.
  const named = runs.some(({ title }) => title !== undefined);
  const rows = runs.map(({ id, title, modelName, settings, state, images, total, top1, top1Ci95, created }) => [
    id.slice(0, length), ...(named ? [title ?? ''] : []), modelName,
    settings.arithmetic === 'fp32' ? 'FP32' : settings.scheme,
    settings.arithmetic === 'fp32' ? '' : `W${settings.wBits}A${settings.aBits}`,
    settings.arithmetic,
    settings.arithmetic === 'fp32' ? '' : String(settings.seed),
    String(Object.keys(settings.overrides ?? {}).length || ''),
    state === 'done' ? String(images) : `${images} of ${total}`,
    top1 === null ? '-' : top1.toFixed(2),
    top1Ci95 === null ? '' : `${top1Ci95[0].toFixed(2)} to ${top1Ci95[1].toFixed(2)}`,
    state, created,
  ]);
  return textTable([['run', ...(named ? ['name'] : []), 'model', 'scheme', 'bits', 'arithmetic', 'seed', 'overrides', 'images', 'top-1 %', '95 % interval', 'state', 'started'], ...rows], named ? [0, 1, 2, 3, 5, 11, 12] : [0, 1, 2, 4, 10, 11]);
}
