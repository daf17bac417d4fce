/** `bitlog2 noise`: how much rounding alone moves a stored run. */
import type { Command } from 'commander';
import type { NoiseRepeat, NoiseResult } from '../../shared/noise';
import type { RunRecord } from '../../shared/records';
import { parsePositive } from '../arguments';
import { exitCode, type CliEnvironment } from '../environment';
import { existingWorkspace } from '../existing-workspace';
import { findRun } from '../find-run';
import { interruptible } from '../interrupt';
import { ProgressLine } from '../progress-line';
import { textTable } from '../text-table';

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
    .option('--workspace <file>', 'workspace file (default: the one of the window)')
    .option('--workers <n>', 'worker threads (default: the cores)', parsePositive)
    .option('--json', 'print one JSON document', false)
    .action((options: NoiseOptions) => run(options));
}

export async function runNoise(environment: CliEnvironment, options: NoiseOptions): Promise<number> {
  const file = existingWorkspace(environment, options.workspace);
  const progress = new ProgressLine(environment);
  const engine = environment.openEngine({ workers: options.workers ?? null });
  try {
    const { runs } = await engine.call('workspace.open', { file });
    const run = findRun(runs, options.run);
    const result = await interruptible(environment, (text) => progress.line(text), (signal) => engine.call('noise.run', { runId: run.id, repeats: options.repeats, scope: options.calibrate ? 'calibration' : 'evaluation', images: options.images ?? null }, {
      signal,
      onEvent: (event) => {
        if (event.kind === 'progress') progress.onEvent({ kind: 'progress', progress: { stage: 'evaluating', subject: `${run.modelName} under other roundings`, done: event.done, total: event.total, rate: null, secondsLeft: null, skipped: 0 } });
      },
    }));
    progress.clear();
    environment.stdout.write(options.json ? `${JSON.stringify(result)}\n` : noiseText(run, result));
    return result.state === 'stopped' ? exitCode.stopped : exitCode.ok;
  } finally {
    progress.clear();
    await engine.close();
  }
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
