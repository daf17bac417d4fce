/** `bitlog2 noise`: how much rounding alone moves a stored run. */
import type { Command } from 'commander';
import type { NoiseRepeat, NoiseResult } from '../../shared/noise';
import type { RunRecord } from '../../shared/records';
import { parsePositive } from '../arguments';
import { jsonOption, workersOption, workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { findRun } from '../find-run';
import { interruptible } from '../interrupt';
import { textTable } from '../text-table';
import { withWorkspace } from '../with-engine';

export interface NoiseOptions {
  readonly run: string;
  readonly repeats: number;
  readonly images?: number;
  readonly calibrate: boolean;
  readonly workspace?: string;
  readonly workers?: number;
  readonly json: boolean;
}

export function noiseCommand(program: Command, run: (options: NoiseOptions) => Promise<void>): void {
  program
    .command('noise')
    .description('evaluate a stored run again under other roundings of float32 (relative noise 1e-7): the spread of top-1 that means nothing')
    .option('--run <id>', 'the run, or the beginning of its id; newest: the one that was started last', 'newest')
    .option('--repeats <n>', 'how many other roundings', parsePositive, 8)
    .option('--images <n>', 'images of the run, spread over its list (default: all)', parsePositive)
    .option('--calibrate', 'let the noise act in the calibration too: the parameters are found anew under it', false)
    .addOption(workspaceOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .action((options: NoiseOptions) => run(options));
}

export function runNoise(environment: CliEnvironment, options: NoiseOptions): Promise<number> {
  return withWorkspace(environment, options, async (session, { runs }) => {
    const run = findRun(runs, options.run);
    const count = session.progress.counting(`${run.modelName} under other roundings`);
    const result = await interruptible(session, (signal) => session.engine.call('noise.run', { runId: run.id, repeats: options.repeats, scope: options.calibrate ? 'calibration' : 'evaluation', images: options.images ?? null }, {
      signal,
      onEvent: (event) => { if (event.kind === 'progress') count(event); },
    }));
    environment.stdout.write(options.json ? `${JSON.stringify(result)}\n` : noiseText(run, result));
    return result.state === 'stopped' ? exitCode.stopped : exitCode.ok;
  });
}

/** For a person: a row per repeat, and what they come to. */
export function noiseText({ modelName, settings }: RunRecord, result: NoiseResult): string {
  const { images, noise, runTop1, control, repeats, spread } = result;
  const network = settings.arithmetic === 'fp32' ? 'FP32' : `${settings.scheme}  W${settings.wBits}A${settings.aBits} ${settings.arithmetic}`;
  const row = (name: string, { top1, flips, lost, gained, changed, moved }: NoiseRepeat): string[] => [name, top1.toFixed(2), String(flips), `${lost}/${gained}/${changed}`, String(moved)];
  const table = textTable([
    ['rounding', 'top-1 %', 'flips', 'lost/gained/changed', 'margins moved'],
    ['the run', runTop1.toFixed(2), '', '', ''],
    ...(control === null ? [] : [row('without noise', control)]),
    ...repeats.map((repeat) => row(`noise ${repeat.seed}`, repeat)),
  ]);
  const sum = spread === null ? 'no repeat is finished\n' : `top-1 over ${repeats.length} repeats: ${spread.min.toFixed(2)} to ${spread.max.toFixed(2)}, a spread of ${(spread.max - spread.min).toFixed(2)} points${spread.deviation === null ? '' : `, standard deviation ${spread.deviation.toFixed(3)}`}\n`;
  const warning = control !== null && control.flips > 0 ? 'without noise the run should come out as it did: another machine, version or file\n' : '';
  return `${modelName}  ${network}  ${images} images  relative noise ${noise}${result.scope === 'calibration' ? ', calibrated anew under it' : ''}\n\n${table}\n${sum}${warning}`;
}
