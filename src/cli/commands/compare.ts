/** `bitlog2 compare`: exactly these runs against each other, image by image. */
import type { Command } from 'commander';
import { fail } from '../../shared/failure';
import type { PairedResult, RunRecord } from '../../shared/records';
import { parseNames } from '../arguments';
import { jsonOption, workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { runName } from '../eval-json';
import { findRun } from '../find-run';
import { textTable } from '../text-table';
import { withWorkspace } from '../with-engine';

export interface CompareOptions {
  readonly workspace?: string;
  readonly run: readonly string[];
  readonly json: boolean;
}

export function compareCommand(program: Command, run: (options: CompareOptions) => Promise<void>): void {
  program
    .command('compare')
    .description('hold chosen runs against each other on the images both have: difference, exact McNemar, Holm over exactly these, images needed')
    .addOption(workspaceOption())
    .requiredOption('--run <runs>', 'two runs or more, separated by commas: an id or its beginning, or model/scheme/seed (the newest of that name)', parseNames)
    .addOption(jsonOption())
    .action((options: CompareOptions) => run(options));
}

export async function runCompare(environment: CliEnvironment, options: CompareOptions): Promise<number> {
  if (options.run.length < 2) throw fail('settings', 'One run cannot be compared', { expected: 'two runs or more, separated by commas', next: '`bitlog2 runs` lists them' });
  return withWorkspace(environment, { ...options, workers: 1 }, async ({ engine }, { runs }) => {
    const chosen = options.run.map((given) => findRun(runs, given));
    const { pairs } = await engine.call('board.compare', { runIds: chosen.map(({ id }) => id) });
    environment.stdout.write(options.json ? `${JSON.stringify({ pairs })}\n` : compareText(chosen, pairs));
    return exitCode.ok;
  });
}

function compareText(runs: readonly RunRecord[], pairs: readonly PairedResult[]): string {
  if (pairs.length === 0) return 'These runs have no image in common, or differ in model, scheme and arithmetic at once\n';
  const name = (id: string): string => {
    const run = runs.find((other) => other.id === id);
    return run === undefined ? id : `${runName(run)}${run.settings.arithmetic === 'integer' ? ' (integer)' : ''}`;
  };
  const signed = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(2)}`;
  const p = (value: number): string => (value < 0.0001 ? '< 0.0001' : value.toFixed(4));
  const rows = pairs.map(({ a, b, images, difference, ci95, mcnemarP, holmP, lost, gained, changed, imagesNeeded }) => [
    name(a), name(b), String(images), signed(difference), `${signed(ci95[0])} to ${signed(ci95[1])}`, p(mcnemarP), p(holmP), `${lost}/${gained}/${changed}`, imagesNeeded === null ? '-' : String(imagesNeeded),
  ]);
  return `${textTable([['run', 'minus', 'images', 'points', '95 % interval', 'p', 'Holm', 'lost/gained/changed', 'images needed'], ...rows], [0, 1])}p: exact McNemar test; Holm: over these ${pairs.length} ${pairs.length === 1 ? 'comparison' : 'comparisons'}; images needed: to tell the two apart at 5 % with 80 % power\n`;
}
