/** `bitlog2 calibration`: what a stored run was calibrated on, what that gave, and what other draws would have given. */
import type { Command } from 'commander';
import { median, type Calibration, type CalibrationDraws, type OperandCalibration } from '../../shared/calibration';
import type { RunRecord } from '../../shared/records';
import { parseSeeds } from '../arguments';
import { jsonOption, workersOption, workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { findQuantisedRun } from '../find-run';
import { interruptible } from '../interrupt';
import { textTable } from '../text-table';
import { withWorkspace } from '../with-engine';

export interface CalibrationOptions {
  readonly run: string;
  readonly redraw?: readonly number[];
  readonly workspace?: string;
  readonly workers?: number;
  readonly json: boolean;
}

export function calibrationCommand(program: Command, run: (options: CalibrationOptions) => Promise<void>): void {
  program
    .command('calibration')
    .description('show the calibration of a stored run: its pictures, every quantiser with its range, and how other draws of pictures compare')
    .option('--run <id>', 'the run, or the beginning of its id; newest: the quantised one that was started last', 'newest')
    .option('--redraw <seeds>', 'calibrate with these draws too, without evaluating: seeds, separated by commas', parseSeeds)
    .addOption(workspaceOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .action((options: CalibrationOptions) => run(options));
}

export function runCalibration(environment: CliEnvironment, options: CalibrationOptions): Promise<number> {
  return withWorkspace(environment, options, async (session, { runs }) => {
    const { engine, progress } = session;
    const run = findQuantisedRun(runs, options.run);
    const seeds = [...(options.redraw ?? [])];
    const redrawn = seeds.length === 0 ? null : await interruptible(session, (signal) =>
      engine.call('calibration.redraw', { runId: run.id, seeds }, { signal, onEvent: progress.counting(`${seeds.length} draws for ${run.modelName}`, 'calibrating') }));
    const calibration = await engine.call('calibration.get', { runId: run.id });
    const draws = await engine.call('calibration.draws', { runId: run.id });
    environment.stdout.write(options.json ? `${JSON.stringify({ calibration, draws })}\n` : calibrationText(run, calibration, draws));
    return redrawn?.state === 'stopped' ? exitCode.stopped : exitCode.ok;
  });
}

/** For a person: the pictures in a line, a row per quantiser, a row per draw. */
export function calibrationText(run: RunRecord, calibration: Calibration, draws: CalibrationDraws): string {
  const { settings } = run;
  const head = `${run.modelName}  ${settings.scheme}  W${settings.wBits}A${settings.aBits} ${settings.arithmetic}`;
  if (calibration.state === 'float') return `${run.modelName}  FP32: nothing to calibrate\n`;
  const lines = [head, picturesLine(calibration)];
  if (calibration.state === 'waiting') return `${lines.join('\n')}\nnot calibrated yet\n`;
  lines.push(`calibrated in ${calibration.seconds.toFixed(1)} s`, '');
  const rows = calibration.operands.map((operand) => [operand.site, operand.operand, operand.scheme ?? `${operand.bits} bit`, spread(operand.delta), operand.zeroPoint === null ? '' : spread(operand.zeroPoint), figure(operand.low), figure(operand.high), deviation(operand, draws)]);
  const compared = draws.draws.length > 1;
  const table = textTable([['site', 'operand', 'quantiser', 'delta', 'zero point', 'from', 'to', ...(compared ? ['over draws'] : [])], ...rows.map((row) => (compared ? row : row.slice(0, -1)))], [0, 1, 2]);
  return `${lines.join('\n')}\n${table}${compared ? `\n${drawsText(draws)}` : ''}`;
}

function picturesLine({ pictures, picturesFailure, source, seed, available }: Calibration): string {
  if (pictures === null) return `pictures unknown: ${picturesFailure?.what ?? ''}`;
  const lost = (state: string): string => {
    const count = pictures.filter((picture) => picture.state === state).length;
    return count === 0 ? '' : `, ${count} ${state}`;
  };
  return `${pictures.length} of ${available} pictures, ${source === 'draw' ? `the reference's draw of seed ${seed}` : 'chosen by hand'}${lost('skipped')}${lost('missing')}`;
}

/** One value, or least, middle and most over the channels. */
function spread(values: readonly number[]): string {
  const [first = Number.NaN] = values;
  return values.length === 1 ? figure(first) : `${figure(Math.min(...values))} ${figure(median(values))} ${figure(Math.max(...values))}`;
}

function figure(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : value.toPrecision(4);
}

/** How far delta goes from its median over the draws. */
function deviation({ site, operand }: OperandCalibration, { operands }: CalibrationDraws): string {
  const values = (operands.find((row) => row.site === site && row.operand === operand)?.delta ?? []).filter((value) => value !== null);
  const middle = median(values);
  const most = Math.max(0, ...values.map((value) => Math.abs(value / middle - 1)));
  return `${(100 * most).toFixed(2)} %`;
}

function drawsText({ draws }: CalibrationDraws): string {
  const rows = draws.map(({ seed, kind, own, top1, ci95, images }) => [
    seed === null ? 'chosen' : `seed ${seed}`, own ? 'this run' : kind === 'run' ? 'run' : 'parameters only',
    top1 === null ? '' : top1.toFixed(2), ci95 === null ? '' : `${ci95[0].toFixed(2)} to ${ci95[1].toFixed(2)}`, images === 0 ? '' : String(images),
  ]);
  return textTable([['draw', '', 'top-1 %', '95 % interval', 'images'], ...rows], [0, 1]);
}
