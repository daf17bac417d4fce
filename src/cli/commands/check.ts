/** `bitlog2 check`: the FP32 gate alone. */
import { dirname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { EngineError } from '../../shared/failure';
import type { GateQuestion, GateReport } from '../../shared/gate';
import { labelMapIds, type LabelMapId } from '../../shared/label-map';
import type { EvaluationSpec } from '../../shared/settings';
import { parseNames, parsePreprocessOption, parseSeeds } from '../arguments';
import { jsonOption, workersOption, workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { gateText } from '../gate-text';
import { interruptible } from '../interrupt';
import { labelOrderOption, labelsPart, type LabelOptions } from '../label-options';
import { resolveModel } from '../model-names';
import { withEngine, type Session } from '../with-engine';

export interface CheckOptions extends LabelOptions {
  readonly model: readonly string[];
  readonly dataset: string;
  readonly preprocess: EvaluationSpec['preprocess'];
  readonly labelMap?: LabelMapId;
  readonly seed: readonly number[];
  readonly again: boolean;
  readonly workspace?: string;
  readonly workers?: number;
  readonly json: boolean;
}

/** `--label-map`, as `eval` has it too. */
export function labelMapOption(): Option {
  return new Option('--label-map <id>', 'which output stands for which class, where it is not the one with its number (bitlog2 check says which fits)').choices(labelMapIds);
}

export function checkCommand(program: Command, run: (options: CheckOptions) => Promise<void>): void {
  program
    .command('check')
    .description('whether model, labels and preprocessing belong together, by FP32 answers on up to 200 images (eval does this first)')
    .requiredOption('--model <names>', 'model files or names (vit_small, ...), separated by commas', parseNames)
    .requiredOption('--dataset <folder>', 'data set, as in eval')
    .option('--preprocess <preset>', 'auto, deit, vit, swin, or JSON {mean,std,crop_pct,interpolation}', parsePreprocessOption, 'auto')
    .option('--labels <file>', 'labels of validation pictures that lie flat')
    .addOption(labelOrderOption())
    .addOption(labelMapOption())
    .option('--seed <n>', 'seeds of the choice of images, separated by commas', parseSeeds, [0])
    .option('--again', 'look again although the answer is stored', false)
    .addOption(workspaceOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .action((options: CheckOptions) => run(options));
}

export async function runCheck(environment: CliEnvironment, options: CheckOptions): Promise<number> {
  const workspace = environment.resolvePath(options.workspace ?? environment.defaultWorkspace);
  const models = options.model.map((name) => resolveModel(environment, join(dirname(workspace), 'models'), name));
  return withEngine(environment, options.workers, async (session) => {
    for (const { warning } of models) if (warning !== null) session.progress.note(warning);
    await session.engine.call('workspace.open', { file: options.workspace === undefined ? null : workspace });
    const reports: GateReport[] = [];
    for (const { file } of models) {
      for (const seed of options.seed) {
        reports.push(await askGate(session, {
          model: file, dataset: environment.resolvePath(options.dataset), preprocess: options.preprocess, seed, again: options.again, ...labelsPart(environment, options), ...(options.labelMap === undefined ? {} : { labelMap: options.labelMap }),
        }));
      }
    }
    const ok = reports.every(({ state }) => state === 'passed');
    environment.stdout.write(options.json ? `${JSON.stringify({ ok, checks: reports })}\n` : reports.map(gateText).join('\n'));
    return ok ? exitCode.ok : exitCode.failed;
  });
}

/** The gate's answer, with progress on stderr. */
function askGate(session: Session, question: GateQuestion): Promise<GateReport> {
  const onEvent = session.progress.counting(`the FP32 gate of ${question.model.split(/[\\/]/).at(-1) ?? question.model}`);
  return interruptible(session, (signal) => session.engine.call('gate.check', question, { signal, onEvent }));
}

/** Before a quantised evaluation: false when a fault was found, which is then said. */
export async function gatePasses(session: Session, spec: EvaluationSpec): Promise<boolean> {
  let passes = true;
  for (const model of spec.models) {
    const report = await orNull(askGate(session, {
      model, dataset: spec.dataset, preprocess: spec.preprocess, ...(spec.labels === undefined ? {} : { labels: spec.labels }), ...(spec.labelMap === undefined ? {} : { labelMap: spec.labelMap }),
    }));
    // What nothing mends because the model answers for other classes, the evaluation refuses in its own words.
    if (report === null || report.findings.every((finding) => finding.kind === 'outputs' && finding.labelMap === null) && report.state === 'fault') continue;
    if (report.state === 'passed') {
      if (report.known === null) session.progress.note(`${report.model.name}: the FP32 gate passed on ${report.images} images`);
      continue;
    }
    passes = false;
    session.environment.stderr.write(`${gateText(report)}  Nothing was quantised. Evaluate it as it is with --no-gate.\n`);
  }
  return passes;
}

/** A model or a data set that cannot be read is for the evaluation to say, which goes on with the other models. */
async function orNull(asking: Promise<GateReport>): Promise<GateReport | null> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof EngineError) || error.failure.kind === 'stopped') throw error;
    return null;
  }
}
