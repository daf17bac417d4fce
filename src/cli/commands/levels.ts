/** `bitlog2 levels`: how the attention maps of a stored run fill the levels of all six schemes. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { levelFigures } from '../../shared/level-figures';
import { levelSources, type Levels, type LevelSource } from '../../shared/levels';
import type { RunRecord } from '../../shared/records';
import { parsePositive } from '../arguments';
import { jsonOption, workersOption, workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { findRun } from '../find-run';
import { interruptible } from '../interrupt';
import { textTable } from '../text-table';
import { withWorkspace } from '../with-engine';

export interface LevelsOptions {
  readonly run: string;
  readonly images: number;
  readonly source: LevelSource;
  readonly workspace?: string;
  readonly workers?: number;
  readonly json: boolean;
}

export function levelsCommand(program: Command, run: (options: LevelsOptions) => Promise<void>): void {
  program
    .command('levels')
    .description('show how the attention maps of a stored run fill the levels of all six schemes: counts and errors, on the same maps')
    .option('--run <id>', 'the run, or the beginning of its id; newest: the one that was started last', 'newest')
    .option('--images <n>', 'images to look at: a class-balanced sample of the run’s list', parsePositive, 16)
    .addOption(new Option('--source <network>', 'whose maps: of the run’s network before its quantiser, or of the FP32 network').choices([...levelSources]).default('run'))
    .addOption(workspaceOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .action((options: LevelsOptions) => run(options));
}

export function runLevels(environment: CliEnvironment, options: LevelsOptions): Promise<number> {
  return withWorkspace(environment, options, async (session, { runs }) => {
    const run = findRun(runs, options.run);
    const question = { runId: run.id, images: options.images, source: options.source };
    const levels = await interruptible(session, (signal) => session.engine.call('levels.get', question, { signal, onEvent: session.progress.counting(`maps of ${run.modelName}`) }));
    environment.stdout.write(options.json ? `${JSON.stringify(levels)}\n` : levelsText(run, levels));
    return levels.skipped > 0 ? exitCode.skipped : exitCode.ok;
  });
}

/** For a person: a row per block and scheme. Every code is in the JSON. */
export function levelsText(run: RunRecord, levels: Levels): string {
  const { settings } = run;
  const maps = levels.source === 'fp32' || settings.arithmetic === 'fp32' ? 'maps of the FP32 network' : 'maps before the quantiser of the run’s network';
  const head = `${run.modelName}  ${settings.scheme}  ${settings.arithmetic === 'fp32' ? 'FP32' : `W${settings.wBits}A${settings.aBits} ${settings.arithmetic}`}  ${levels.images} images  ${maps}`;
  const rows = levels.blocks.flatMap((block, index) => levels.schemes.map(({ scheme, grids }, place) => {
    const grid = grids[index];
    const { codes, dead, zeroShare, saturatedShare, meanSquaredError, relativeL2 } = levelFigures(levels, scheme, index, null);
    return [place === 0 ? block.name : '', scheme, grid === undefined ? '' : deltaText(grid.delta), grid?.source ?? '', `${dead} of ${codes}`, percent(zeroShare), percent(saturatedShare), meanSquaredError.toExponential(2), relativeL2 === null ? '-' : relativeL2.toFixed(4)];
  }));
  const notes = ['delta from: run = its own calibration, sibling = a run with equal settings but for the scheme, maps = searched on these maps'];
  return `${head}\n\n${textTable([['block', 'scheme', 'delta', 'from', 'dead codes', 'zero', 'top code', 'mean sq. error', 'rel. L2'], ...rows], [0, 1, 3])}\n${notes.join('\n')}\n`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function deltaText(delta: number): string {
  return Number.isInteger(delta) ? String(delta) : delta.toPrecision(6);
}
