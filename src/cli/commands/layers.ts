/** `bitlog2 layers`: the error of every site of a stored run, what each site does to the answer, and one operand's values. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ErrorFigures } from '../../shared/attention';
import { histogramScales, sensitivityKinds, type HistogramScale, type Sensitivity, type SensitivityKind, type SensitivityRow, type SiteErrors, type SiteHistogram } from '../../shared/layers';
import { operandNames, type OperandName } from '../../shared/overrides';
import type { RunRecord } from '../../shared/records';
import { parsePositive } from '../arguments';
import { jsonOption, workersOption, workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { findQuantisedRun } from '../find-run';
import { interruptible } from '../interrupt';
import { textTable } from '../text-table';
import { withWorkspace, type Session } from '../with-engine';

interface OperandChoice {
  readonly site: string;
  readonly operand: OperandName;
}

export interface LayersOptions {
  readonly run: string;
  readonly images: number;
  readonly sensitivity?: SensitivityKind;
  readonly top?: number;
  readonly topImages: number | 'all';
  readonly histogram?: OperandChoice;
  readonly scale: HistogramScale;
  readonly workspace?: string;
  readonly workers?: number;
  readonly json: boolean;
}

export function layersCommand(program: Command, run: (options: LayersOptions) => Promise<void>): void {
  program
    .command('layers')
    .description('show the error of every site of a stored run, alone on FP32 inputs and in the network, and what each site does to the answer')
    .option('--run <id>', 'the run, or the beginning of its id; newest: the quantised one that was started last', 'newest')
    .option('--images <n>', 'images of the run, a class-balanced choice', parsePositive, 16)
    .addOption(new Option('--sensitivity <kind>', 'also the answers with every site alone quantised (on-alone), or alone in FP32 (off-alone)').choices([...sensitivityKinds]))
    .option('--top <k>', 'with --sensitivity: measure the k worst sites again on more images', parsePositive)
    .option('--top-images <n>', 'images for --top, or all', parseImages, 'all')
    .option('--histogram <site:operand>', 'also the values of one operand: input or weight of a Linear, A or B of a product', parseOperand)
    .addOption(new Option('--scale <scale>', 'bins of the histogram, equal in the value or in log2 of its magnitude').choices([...histogramScales]).default('linear'))
    .addOption(workspaceOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .action((options: LayersOptions) => run(options));
}

function parseImages(text: string): number | 'all' {
  return text === 'all' ? 'all' : parsePositive(text);
}

function parseOperand(text: string): OperandChoice {
  const place = text.lastIndexOf(':');
  const operand = operandNames.find((name) => name === text.slice(place + 1));
  if (place > 0 && operand !== undefined) return { site: text.slice(0, place), operand };
  throw new InvalidArgumentError(`Allowed: SITE:OPERAND with an operand of ${operandNames.join(', ')}.`);
}

/** What was asked for; null for what was not. */
interface LayersAnswer {
  readonly errors: SiteErrors;
  readonly sensitivity: Sensitivity | null;
  readonly histogram: SiteHistogram | null;
}

export function runLayers(environment: CliEnvironment, options: LayersOptions): Promise<number> {
  return withWorkspace(environment, options, async (session, { runs }) => {
    const run = findQuantisedRun(runs, options.run);
    const answer = await interruptible(session, (signal) => ask(session, run, options, signal));
    environment.stdout.write(options.json ? `${JSON.stringify(answer)}\n` : layersText(run, answer));
    if (answer.sensitivity?.state === 'stopped') {
      environment.stderr.write('stopped; the same command goes on from here\n');
      return exitCode.stopped;
    }
    return answer.errors.skipped > 0 ? exitCode.skipped : exitCode.ok;
  });
}

async function ask({ engine, progress }: Session, { id: runId, modelName }: RunRecord, { images, histogram: choice, scale, sensitivity: kind, top: sites, topImages }: LayersOptions, signal: AbortSignal): Promise<LayersAnswer> {
  const errors = await engine.call('layers.errors', { runId, images }, { signal, onEvent: progress.counting(`errors of ${modelName}`) });
  const histogram = choice === undefined ? null : await engine.call('layers.histogram', { runId, ...choice, images, scale }, { signal });
  if (kind === undefined) return { errors, sensitivity: null, histogram };
  const count = progress.counting(`sites of ${modelName} ${kind}`);
  const top = sites === undefined ? null : { sites, images: topImages === 'all' ? null : topImages };
  const sensitivity = await engine.call('layers.sensitivity', { runId, images, kind, top }, { signal, onEvent: (event) => { if (event.kind === 'progress') count(event); } });
  return { errors, sensitivity, histogram };
}

/** For a person: a row per site. Bins are in the JSON. */
export function layersText({ modelName, settings }: RunRecord, { errors, sensitivity, histogram }: LayersAnswer): string {
  const head = `${modelName}  ${settings.scheme}  W${settings.wBits}A${settings.aBits} ${settings.arithmetic}  ${errors.images} images`;
  const rows = errors.sites.map((site) => [
    site.site, site.arithmetic ?? 'FP32', decibels(site.local), relative(site.local), decibels(site.cumulative), relative(site.cumulative), site.cumulative.cosine.toFixed(4),
    relative(site.weights), relative(site.activations), relative(site.attention), site.clipped === null ? '-' : (100 * site.clipped).toFixed(2),
  ]);
  const table = textTable([['site', 'arithmetic', 'alone dB', 'rel. L2', 'in network dB', 'rel. L2', 'cosine', 'weights', 'activations', 'attention', 'clipped %'], ...rows], [0, 1]);
  return [`${head}\n\n${table}`, ...(histogram === null ? [] : [histogramText(histogram)]), ...(sensitivity === null ? [] : [sensitivityText(sensitivity)])].join('\n');
}

function sensitivityText({ kind, images, float, full, rows, top, work }: Sensitivity): string {
  const row = (name: string, { kl, agreement, top1, ci95 }: SensitivityRow): string[] => [name, kl.toExponential(3), (100 * agreement).toFixed(1), top1.toFixed(2), `${ci95[0].toFixed(2)} to ${ci95[1].toFixed(2)}`];
  const tableOf = (found: readonly SensitivityRow[], ends: readonly (readonly [string, SensitivityRow | null])[]): string =>
    textTable([['site', 'KL nats', 'as FP32 %', 'top-1 %', '95 % interval'], ...ends.flatMap(([name, end]) => (end === null ? [] : [row(name, end)])), ...found.map((each) => row(each.site, each))]);
  const saved = work.segments === 0 ? '' : `, ${(work.withoutReuse / work.segments).toFixed(2)} times less work than whole passes`;
  const first = `${kind === 'on-alone' ? 'everything in FP32 but one site' : 'everything quantised but one site'}, ${images} images${saved}\n${tableOf(rows, [['nothing quantised', float], ['everything', full]])}`;
  return top.rows.length === 0 ? first : `${first}\nthe worst again on ${top.images} images\n${tableOf(top.rows, [['nothing quantised', top.float], ['everything', top.full]])}`;
}

function histogramText({ site, operand, elements, min, max, scale, bits, scheme, clippedLow, clippedHigh, error, channelKind, worstChannels }: SiteHistogram): string {
  const range = `${scale === 'log2' ? '2^' : ''}${min.toPrecision(4)} to ${scale === 'log2' ? '2^' : ''}${max.toPrecision(4)}`;
  const quantiser = bits === null ? 'FP32' : `${scheme ?? `${bits} bit`}, ${clippedLow} below and ${clippedHigh} above its range, relative L2 ${relative(error)}`;
  const worst = worstChannels.map(({ channel, relativeL2, share }) => [`${channelKind} ${channel}`, relativeL2.toFixed(4), (100 * share).toFixed(1)]);
  return `${site} ${operand}: ${elements} values, ${range}; ${quantiser}\n${worst.length === 0 ? '' : textTable([['worst', 'rel. L2', 'of the error %'], ...worst])}`;
}

function decibels(figures: ErrorFigures | null): string {
  return figures === null ? '-' : figures.sqnrDb === null ? 'equal' : figures.sqnrDb.toFixed(2);
}

function relative(figures: ErrorFigures | null): string {
  return figures === null ? '-' : figures.relativeL2.toFixed(4);
}
