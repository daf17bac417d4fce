/** `bitlog2 reproduce`: the published table on an ImageNet, measured beside published, for every model that is there. */
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { Engine } from '../../engine';
import { fail } from '../../shared/failure';
import { publishedProtocol } from '../../shared/published';
import { doubtOf, reproductionOf, reproductionSpec, seedOfFile, seedPlaces, type SeedPlace } from '../../shared/reproduction';
import { isWarning, missingModels, remarkSentence } from '../../shared/reproduction-remarks';
import { seedModels } from '../../shared/seed-models';
import type { SchemeId } from '../../shared/settings';
import { parseNames, parsePositive, parseSchemes } from '../arguments';
import { jsonOption, workersOption, workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { labelOrderOption, labelsPart, type LabelOptions } from '../label-options';
import { resolveModel } from '../model-names';
import { writeReport } from '../report-file';
import { reproductionJson, reproductionText } from '../reproduction-text';
import { withEngine } from '../with-engine';
import { gatePasses } from './check';
import { evaluate, outcomeCode } from './eval';

export interface ReproduceOptions extends LabelOptions {
  readonly dataset: string;
  readonly model?: readonly string[];
  readonly log_quant_scheme: readonly SchemeId[];
  readonly arithmetic: 'reference' | 'integer';
  readonly calibBatchsize: number;
  readonly batch: number;
  readonly limit?: number;
  readonly workers?: number;
  readonly workspace?: string;
  readonly resume: boolean;
  readonly gate: boolean;
  readonly json: boolean;
}

export function reproduceCommand(program: Command, run: (options: ReproduceOptions) => Promise<void>): void {
  program
    .command('reproduce')
    .description('measure the published table on an ImageNet: FP32 and all schemes at W4A4 for every model that is there, beside what was published; HTML report beside the workspace')
    .requiredOption('--dataset <folder>', 'ImageNet as it lies: train/ and val/, flat val, the tars, parquet')
    .option('--model <names>', 'only these: names (vit_small, ...) or files, separated by commas (default: all that lie in the model folder or are in the workspace)', parseNames)
    .option('--log_quant_scheme <ids>', 'only these schemes, separated by commas', parseSchemes, parseSchemes('all'))
    .addOption(new Option('--arithmetic <name>', 'reference (as published) or integer').choices(['reference', 'integer']).default('reference'))
    .option('--calib-batchsize <n>', 'calibration images', parsePositive, publishedProtocol.calibrationImages)
    .option('--val-batchsize, --batch <n>', 'batch size of every pass', parsePositive, 1)
    .option('--limit <n>', 'evaluate this many images: class-balanced, the same ones every time', parsePositive)
    .addOption(workersOption())
    .option('--labels <file>', 'labels of validation pictures that lie flat, as for eval')
    .addOption(labelOrderOption())
    .addOption(workspaceOption())
    .option('--resume', 'continue the newest runs with these settings, or start them', false)
    .option('--no-gate', 'do not check first, on up to 200 images in FP32, whether model, labels and preprocessing belong together')
    .addOption(jsonOption())
    .action((options: ReproduceOptions) => run(options));
}

export function runReproduce(environment: CliEnvironment, options: ReproduceOptions): Promise<number> {
  return withEngine(environment, options.workers, async (session) => {
    const { engine, progress } = session;
    const workspace = await engine.call('workspace.open', { file: options.workspace === undefined ? null : environment.resolvePath(options.workspace) });
    const table = await engine.call('published.table', null);
    const places = await foundPlaces(environment, engine, options);
    const files = places.flatMap(({ file }) => (file === null ? [] : [file]));
    for (const remark of missingModels(places)) progress.note(remarkSentence(remark));
    if (files.length === 0) throw fail('not-found', 'None of the seven models is there', { file: join(dirname(workspace.file), 'models'), expected: 'a .safetensors or .onnx file of one of them', next: 'Get one: bitlog2 models says which there are, or name files with --model' });
    const dataset = await engine.call('dataset.add', { root: environment.resolvePath(options.dataset), ...labelsPart(environment, options) });
    for (const note of dataset.notes) progress.note(note);
    if (dataset.labelSet !== 'imagenet-1k') throw fail('labels-mismatch', "The published figures are of ImageNet; this data set's classes are not ImageNet's", { file: dataset.root, expected: 'class folders named by WordNet id, or ImageNet in another of its layouts', next: 'Name an ImageNet folder; bitlog2 eval runs on any data set' });
    const choices = choicesOf(options);
    const parts = { table, places, dataset, choices };
    for (const remark of reproductionOf({ ...parts, models: workspace.models, runs: [] }).remarks) if (isWarning(remark)) progress.note(remarkSentence(remark));
    const spec = reproductionSpec(files, dataset, table, choices);
    if (options.gate && !(await gatePasses(session, spec))) return exitCode.failed;
    const result = await evaluate(session, spec);
    const { models } = await engine.call('workspace.summary', null);
    const reproduction = reproductionOf({ ...parts, models, runs: result.runs.map(({ run }) => run) });
    environment.stdout.write(options.json ? `${JSON.stringify(reproductionJson(reproduction, places, dataset))}\n` : reproductionText(reproduction));
    await writeReport(session, result, { workspace: workspace.file, json: options.json, reproduction });
    return outcomeCode(environment, result);
  });
}

/** The seven models and their files; with --model only those that are named. */
async function foundPlaces(environment: CliEnvironment, engine: Engine, { model: given }: ReproduceOptions): Promise<SeedPlace[]> {
  const known = await engine.call('models.known', { hashes: false });
  const { models } = await engine.call('workspace.summary', null);
  const places = seedPlaces(known, models.filter(({ file }) => environment.exists(file)));
  if (given === undefined) return places;
  return given.map((name) => {
    const place = places.find((other) => other.name === name);
    // A name whose file is not there says how to get it; a file is known by its name.
    if (place !== undefined && place.file !== null) return place;
    const { file } = resolveModel(environment, known.folder, name);
    const seed = seedOfFile(file);
    const row = places.find((other) => other.name === seed?.model.name);
    if (seed === null || row === undefined) throw fail('settings', `The file does not say which of the seven models it is`, { file, expected: seedModels.map(({ architecture, tag }) => `${architecture}.${tag}`).join(', '), next: 'Call the file by its architecture and weights, as timm does' });
    return { ...row, file, doubt: doubtOf(seed.tag, seed.model.tag) };
  });
}

function choicesOf({ log_quant_scheme: schemes, arithmetic, calibBatchsize: calibrationImages, batch, limit, workers, resume }: ReproduceOptions): Parameters<typeof reproductionSpec>[3] {
  return { schemes, arithmetic, calibrationImages, batch, limit: limit ?? null, workers: workers ?? null, resume };
}
