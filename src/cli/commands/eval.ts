/** `bitlog2 eval`: models under schemes on a data set. */
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { describeFailure, fail } from '../../shared/failure';
import type { EvaluationResult } from '../../shared/evaluation';
import type { PairedResult } from '../../shared/records';
import type { LabelMapId } from '../../shared/label-map';
import type { Arithmetic, EvaluationSpec, SchemeId } from '../../shared/settings';
import type { Engine } from '../../engine';
import { parseArithmetic, parseBits, parseNames, parsePositive, parsePreprocessOption, parseSchemes, parseSeeds } from '../arguments';
import { jsonOption, workersOption, workspaceOption } from '../common-options';
import { gatePasses, labelMapOption } from './check';
import { exitCode, type CliEnvironment } from '../environment';
import { toEvalJson } from '../eval-json';
import { interruptible } from '../interrupt';
import { labelOrderOption, labelsPart, type LabelOptions } from '../label-options';
import { resolveModel } from '../model-names';
import { applyRecipe, readRecipe, recipeHelp } from '../recipe-file';
import { resultsText, type ResultRow } from '../results-text';
import { withEngine, type Session } from '../with-engine';

export interface EvalOptions extends LabelOptions {
  readonly model: readonly string[];
  readonly dataset: string;
  readonly log_quant_scheme: readonly SchemeId[];
  readonly w_bits: number;
  readonly a_bits: number;
  readonly arithmetic: Arithmetic;
  readonly fp32: boolean;
  readonly calibBatchsize: number;
  readonly seed: readonly number[];
  readonly limit?: number;
  readonly workers?: number;
  readonly preprocess: EvaluationSpec['preprocess'];
  readonly calibrationList?: string;
  readonly labelMap?: LabelMapId;
  readonly gate: boolean;
  readonly imageList?: string;
  readonly batch: number;
  readonly workspace?: string;
  readonly resume: boolean;
  readonly json: boolean;
  readonly recipe?: string;
  /** Whether an option stands on the command line, by its attribute: then it wins over the recipe. */
  readonly given: (attribute: string) => boolean;
}

/** Declares the command. `run` gets the checked options. */
export function evalCommand(program: Command, run: (options: EvalOptions) => Promise<void>): void {
  program
    .command('eval')
    .description('quantise and evaluate models on a data set')
    .requiredOption('--model <names>', 'model files or names (vit_small, ...), separated by commas', parseNames)
    .requiredOption('--dataset <folder>', 'data set: class folders, flat pictures with a label file, the original archives, or parquet files')
    .option('--log_quant_scheme <ids>', 'schemes of the attention map, separated by commas, or all', parseSchemes, ['Sqrt2_17'])
    .option('--w_bit, --w_bits <n>', 'bits of the weights: 2 to 8, 32 = off', parseBits, 4)
    .option('--a_bit, --a_bits <n>', 'bits of the activations: 2 to 8, 32 = off', parseBits, 4)
    .option('--arithmetic <name>', 'reference, integer, or fp32 (nothing quantised)', parseArithmetic, 'reference')
    .option('--fp32', 'run FP32 too, as the baseline of the differences', false)
    .option('--calib-batchsize <n>', 'calibration images', parsePositive, 32)
    .option('--seed <n>', 'seeds of the calibration draw, separated by commas', parseSeeds, [0])
    .option('--limit <n>', 'evaluate this many images: class-balanced, the same ones every time', parsePositive)
    .addOption(workersOption())
    .option('--preprocess <preset>', 'auto, deit, vit, swin, or JSON {mean,std,crop_pct,interpolation}', parsePreprocessOption, 'auto')
    .option('--calibration-list <file>', 'calibration images, one path per line relative to the data set')
    .option('--labels <file>', 'labels of validation pictures that lie flat: val.txt, LOC_val_solution.csv or a ground-truth file (default: the one beside them, else ImageNet\'s own numbers)')
    .addOption(labelOrderOption())
    .addOption(labelMapOption())
    .option('--no-gate', 'do not check first, on up to 200 images in FP32, whether model, labels and preprocessing belong together')
    .option('--image-list <file>', 'images to evaluate, one path per line relative to the data set')
    .option('--val-batchsize, --batch <n>', 'batch size of every pass', parsePositive, 1)
    .option('--recipe <file>', 'take what is not said here from a recipe (JSON, see below)')
    .addOption(workspaceOption())
    .option('--resume', 'continue the newest run with these settings, or start it', false)
    .addOption(jsonOption())
    .addOption(new Option('--print-freq <n>', 'accepted as in the seed; progress goes by time').argParser(parsePositive).hideHelp())
    .addHelpText('after', recipeHelp)
    .action((options: Omit<EvalOptions, 'given'>, command: Command) => run({ ...options, given: (attribute) => command.getOptionValueSource(attribute) === 'cli' }));
}

export async function runEval(environment: CliEnvironment, options: EvalOptions): Promise<number> {
  const workspace = environment.resolvePath(options.workspace ?? environment.defaultWorkspace);
  const models = options.model.map((name) => resolveModel(environment, join(dirname(workspace), 'models'), name));
  const recipe = options.recipe === undefined ? null : applyRecipe(readRecipe(environment, options.recipe), options.given);
  const spec: EvaluationSpec = { ...evaluationSpec(environment, options, models.map(({ file }) => file)), ...recipe?.choices };
  return withEngine(environment, options.workers, async (session) => {
    const { engine, progress } = session;
    for (const { warning } of models) if (warning !== null) progress.note(warning);
    for (const note of recipe?.notes ?? []) progress.note(note);
    await engine.call('workspace.open', { file: options.workspace === undefined ? null : workspace });
    if (options.gate && isQuantised(spec) && !(await gatePasses(session, spec))) return exitCode.failed;
    const result = await evaluate(session, spec);
    environment.stdout.write(options.json ? `${JSON.stringify(toEvalJson(result))}\n` : resultsText(await withBaselines(engine, result)));
    return outcomeCode(environment, result);
  });
}

/** FP32 alone is what the gate itself measures. */
function isQuantised({ schemes, arithmetic }: EvaluationSpec): boolean {
  return arithmetic !== 'fp32' && schemes.length > 0;
}

/** Runs the evaluation with progress on stderr and Ctrl+C as a stop. */
export async function evaluate(session: Session, spec: EvaluationSpec): Promise<EvaluationResult> {
  const { environment, engine, progress } = session;
  const result = await interruptible(session, (signal) => engine.call('evaluation.run', spec, { signal, onEvent: progress.onEvent }));
  for (const failure of result.failures) environment.stderr.write(`${describeFailure(failure)}\n`);
  return result;
}

export function outcomeCode(environment: CliEnvironment, result: EvaluationResult): number {
  if (result.state === 'stopped') {
    environment.stderr.write('stopped; the same command with --resume goes on from here\n');
    return exitCode.stopped;
  }
  if (result.failures.length > 0) return exitCode.failed;
  const skipped = Math.max(0, ...result.runs.map((run) => run.skipped.length));
  if (skipped === 0) return exitCode.ok;
  environment.stderr.write(`${skipped} ${skipped === 1 ? 'image was' : 'images were'} skipped\n`);
  return exitCode.skipped;
}

function evaluationSpec(environment: CliEnvironment, options: EvalOptions, models: string[]): EvaluationSpec {
  return {
    models,
    dataset: environment.resolvePath(options.dataset),
    ...labelsPart(environment, options),
    schemes: [...options.log_quant_scheme],
    withFp32: options.fp32,
    wBits: options.w_bits,
    aBits: options.a_bits,
    arithmetic: options.arithmetic,
    calibrationImages: options.calibBatchsize,
    seeds: [...new Set(options.seed)],
    batch: options.batch,
    limit: options.limit ?? null,
    preprocess: options.preprocess,
    calibrationList: readList(environment, options.calibrationList),
    imageList: readList(environment, options.imageList),
    workers: options.workers ?? null,
    resume: options.resume,
    ...(options.labelMap === undefined ? {} : { labelMap: options.labelMap }),
  };
}

/** Lines of a list file, as they are: the engine finds them in the data set and names the line that it does not find. */
function readList(environment: CliEnvironment, given: string | undefined): string[] | null {
  if (given === undefined) return null;
  const file = environment.resolvePath(given);
  try {
    return environment.readText(file).replace(/^\uFEFF/, '').split(/\r?\n/);
  } catch {
    throw fail('list-unreadable', 'The list cannot be read', { file, expected: 'a text file with one path per line, relative to the data set', next: 'Check the path' });
  }
}

/** Each run against its model's FP32: of this evaluation, else of the workspace. */
async function withBaselines(engine: Engine, result: EvaluationResult): Promise<ResultRow[]> {
  const { runs } = await engine.call('workspace.summary', null);
  const float = new Set(runs.filter((run) => run.settings.arithmetic === 'fp32').map((run) => run.id));
  const rows: ResultRow[] = [];
  for (const { run } of result.runs) {
    const pairs = float.has(run.id) ? [] : await engine.call('run.paired', { runId: run.id });
    rows.push({ run, paired: largest(pairs.filter((pair) => float.has(pair.b))) });
  }
  return rows;
}

/** The comparison on the most images; of equal ones the newest, which comes first. */
function largest(pairs: readonly PairedResult[]): PairedResult | null {
  return pairs.reduce<PairedResult | null>((best, pair) => (best === null || pair.images > best.images ? pair : best), null);
}
