/** The command line as a function: arguments and surroundings in, exit code out. */
import { Command, CommanderError } from 'commander';
import { describeFailure, toFailure } from '../shared/failure';
import { calibrationCommand, runCalibration } from './commands/calibration';
import { checkCommand, runCheck } from './commands/check';
import { compareCommand, runCompare } from './commands/compare';
import { dataCommand, runData } from './commands/data';
import { evalCommand, runEval } from './commands/eval';
import { imagesCommand, runImages } from './commands/images';
import { inspectCommand, runInspect } from './commands/inspect';
import { layersCommand, runLayers } from './commands/layers';
import { levelsCommand, runLevels } from './commands/levels';
import { modelsCommand, runGetModel, runModels } from './commands/models';
import { mergeCommand, runMerge } from './commands/merge';
import { noiseCommand, runNoise } from './commands/noise';
import { parityCommand, runParityCommand } from './commands/parity';
import { exportCommand, runExport } from './commands/export';
import { removeCommand, runRemove } from './commands/remove';
import { renameCommand, runRename } from './commands/rename';
import { reportCommand, runReport } from './commands/report';
import { reproduceCommand, runReproduce } from './commands/reproduce';
import { runRuns, runsCommand } from './commands/runs';
import { runSample, sampleCommand } from './commands/sample';
import { exitCode, type CliEnvironment } from './environment';

/** Runs one command. Data goes to stdout, everything else to stderr; expected failures are written without a stack. */
export async function runCli(args: readonly string[], environment: CliEnvironment): Promise<number> {
  let code: number = exitCode.ok;
  const program = buildProgram(environment, (result) => { code = result; });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    const failure = toFailure(error);
    environment.stderr.write(`${describeFailure(failure)}\n`);
    if (failure.kind === 'stopped') return exitCode.stopped;
    return failure.kind === 'settings' || failure.kind === 'recipe' ? exitCode.usage : exitCode.failed;
  }
}

function buildProgram(environment: CliEnvironment, finish: (code: number) => void): Command {
  const program = new Command('bitlog2');
  program
    .description('Post-training quantisation of vision transformers')
    .version(environment.version)
    .showHelpAfterError('(--help shows all options)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => environment.stdout.write(text),
      writeErr: (text) => environment.stderr.write(text),
      getOutHelpWidth: () => environment.stdout.columns,
      getErrHelpWidth: () => environment.stderr.columns,
    });
  evalCommand(program, async (options) => finish(await runEval(environment, options)));
  checkCommand(program, async (options) => finish(await runCheck(environment, options)));
  dataCommand(program, async (options) => finish(await runData(environment, options)));
  inspectCommand(program, async (options) => finish(await runInspect(environment, options)));
  layersCommand(program, async (options) => finish(await runLayers(environment, options)));
  levelsCommand(program, async (options) => finish(await runLevels(environment, options)));
  imagesCommand(program, async (options) => finish(await runImages(environment, options)));
  calibrationCommand(program, async (options) => finish(await runCalibration(environment, options)));
  noiseCommand(program, async (options) => finish(await runNoise(environment, options)));
  parityCommand(program, async (golden, options) => finish(await runParityCommand(environment, golden, options)));
  runsCommand(program, async (options) => finish(await runRuns(environment, options)));
  compareCommand(program, async (options) => finish(await runCompare(environment, options)));
  reportCommand(program, async (options) => finish(await runReport(environment, options)));
  exportCommand(program, async (options) => finish(await runExport(environment, options)));
  mergeCommand(program, async (files, options) => finish(await runMerge(environment, files, options)));
  removeCommand(program, async (options) => finish(await runRemove(environment, options)));
  renameCommand(program, async (name, options) => finish(await runRename(environment, name, options)));
  modelsCommand(program, async (options) => finish(await runModels(environment, options)), async (name, options) => finish(await runGetModel(environment, name, options)));
  reproduceCommand(program, async (options) => finish(await runReproduce(environment, options)));
  sampleCommand(program, async (options) => finish(await runSample(environment, options)));
  return program;
}
