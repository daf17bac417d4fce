/** `bitlog2 images`: which images a stored run lost, gained and changed; who flipped one of them; and which ones a head flipped. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { flipFilters, flipSorts, type Blame, type BypassOutcome, type Divergence, type FlippedBy, type FlipRow, type Flips, type FlipSide, type FlipsFilter, type FlipsSort } from '../../shared/images';
import type { ModelRecord, RunRecord, WorkspaceSummary } from '../../shared/records';
import type { Engine } from '../../engine';
import { fail } from '../../shared/failure';
import { parsePositive } from '../arguments';
import { jsonOption, workersOption, workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { findQuantisedRun, findRun } from '../find-run';
import { interruptible } from '../interrupt';
import { textTable } from '../text-table';
import { withWorkspace } from '../with-engine';

interface HeadName {
  readonly block: number;
  readonly head: number;
}

export interface ImagesOptions {
  readonly run: string;
  readonly against: string;
  readonly filter: FlipsFilter;
  readonly sort: FlipsSort;
  readonly limit?: number;
  readonly image?: number;
  readonly heads: number;
  readonly flippedBy?: HeadName;
  readonly workspace?: string;
  readonly workers?: number;
  readonly json: boolean;
}

export function imagesCommand(program: Command, run: (options: ImagesOptions) => Promise<void>): void {
  program
    .command('images')
    .description('images that a stored run lost, gained or changed against its baseline, and the head that did it')
    .option('--run <id>', 'the run, or the beginning of its id; newest: the quantised one that was started last', 'newest')
    .option('--against <id>', 'what it is held against: a run, the beginning of its id, or fp32: the newest FP32 run of the same model and data', 'fp32')
    .addOption(new Option('--filter <kind>', 'which images').choices([...flipFilters]).default('lost'))
    .addOption(new Option('--sort <order>', 'in which order, largest first').choices([...flipSorts]).default('list'))
    .option('--limit <n>', 'images listed, or with --flipped-by tested, at most', parsePositive)
    .option('--image <n>', 'this image of the run’s list instead: its drift by block, and what it answers when heads and blocks stay unquantised', parseIndex)
    .option('--heads <n>', 'with --image: heads tested one by one, those that moved most first', parsePositive, 5)
    .option('--flipped-by <block.head>', 'the images that this head flipped instead: whose answer is the baseline’s again when its map alone stays unquantised (5.2: head 2 of the sixth block)', parseHead)
    .addOption(workspaceOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .action((options: ImagesOptions) => run(options));
}

export function runImages(environment: CliEnvironment, options: ImagesOptions): Promise<number> {
  return withWorkspace(environment, options, async (session, summary) => {
    const { engine, progress } = session;
    const print = (answer: unknown, text: () => string): void => environment.stdout.write(options.json ? `${JSON.stringify(answer)}\n` : text());
    const run = findQuantisedRun(summary.runs, options.run);
    const baseline = chosenBaseline(summary.runs, run, options.against);
    const names = namesOf(summary, run, (await engine.call('run.classNames', { runId: run.id })).names);
    const { image, flippedBy: head } = options;
    if (image !== undefined) {
      const divergence = await engine.call('images.divergence', { runId: run.id, image });
      const blame = await interruptible(session, (signal) => engine.call('images.blame', { runId: run.id, image, heads: options.heads }, { signal, onEvent: progress.counting(`image ${image}`) }));
      print({ divergence, blame }, () => blameText(run, divergence, blame, names));
      return exitCode.ok;
    }
    if (head !== undefined) {
      const question = { runId: run.id, baselineId: required(baseline, run).id, ...head, limit: Math.min(1000, options.limit ?? 200) };
      const answer = await interruptible(session, (signal) => engine.call('images.flippedBy', question, { signal, onEvent: progress.counting(names.head(head)) }));
      print(answer, () => flippedText(answer, names));
      return answer.state === 'stopped' ? exitCode.stopped : exitCode.ok;
    }
    const flips = await allFlips(engine, run, baseline, options);
    print(flips, () => flipsText(run, baseline, flips, options, names));
    return exitCode.ok;
  });
}

function allFlips(engine: Engine, run: RunRecord, baseline: RunRecord | null, { filter, sort, limit }: ImagesOptions): Promise<Flips> {
  return engine.call('images.flips', { runId: run.id, baselineId: baseline?.id ?? null, filter, sort, offset: 0, count: Math.min(50_000, limit ?? 50_000), find: null });
}

/** Null: there is no FP32 run of this model on these images' data set. */
function chosenBaseline(runs: readonly RunRecord[], run: RunRecord, wanted: string): RunRecord | null {
  if (wanted !== 'fp32') return findRun(runs, wanted);
  return runs.filter((other) => other.id !== run.id && other.settings.arithmetic === 'fp32' && other.modelId === run.modelId && other.datasetId === run.datasetId).at(-1) ?? null;
}

function required(baseline: RunRecord | null, run: RunRecord): RunRecord {
  if (baseline !== null) return baseline;
  throw fail('not-found', `${run.modelName} has no FP32 run on this data set`, { next: 'Run it with --fp32, or name another run with --against' });
}

interface Names {
  readonly label: (label: number) => string;
  readonly block: (block: number) => string;
  readonly head: (head: HeadName) => string;
}

/** `outputs`: names of the model's outputs, which labels and answers of a run count. */
function namesOf({ models }: Pick<WorkspaceSummary, 'models'>, run: RunRecord, outputs: readonly (string | null)[]): Names {
  const blocks: ModelRecord['blocks'] = models.find(({ id }) => id === run.modelId)?.blocks ?? [];
  const block = (index: number): string => blocks[index]?.name ?? `block ${index}`;
  return { label: (label) => outputs[label] ?? String(label), block, head: ({ block: index, head }) => `head ${head} of ${block(index)}` };
}

function sideText(side: FlipSide | null, { label }: Names): string[] {
  return side === null ? ['', ''] : [label(side.top5[0] ?? -1), side.margin.toFixed(3)];
}

const rowText = (row: FlipRow, names: Names): string[] => [String(row.index), row.file, names.label(row.label), row.flip ?? '-', ...sideText(row.baseline, names), ...sideText(row.run, names)];
const rowHead = ['image', 'file', 'label', 'flip', 'baseline', 'margin', 'run', 'margin'];

export function flipsText(run: RunRecord, baseline: RunRecord | null, { counts, total, rows }: Flips, { filter, sort }: Pick<ImagesOptions, 'filter' | 'sort'>, names: Names): string {
  const { all, common, lost, gained, changed } = counts;
  const against = baseline === null ? 'nothing to hold it against' : `against ${baseline.settings.arithmetic === 'fp32' ? 'FP32' : `${baseline.settings.scheme} (${baseline.id.slice(0, 8)})`}: ${lost} lost, ${gained} gained, ${changed} changed of ${common} images`;
  const table = rows.length === 0 ? '' : `\n${textTable([rowHead, ...rows.map((row) => rowText(row, names))], [1, 2, 3, 4, 6])}`;
  return `${run.modelName}  ${run.settings.scheme}  ${all} images  ${against}\n${rows.length} of ${total} ${filter === 'all' ? '' : `${filter} `}images, by ${sort}\n${table}`;
}

export function blameText(run: RunRecord, { depth, fp32Prediction, prediction }: Divergence, blame: Blame, names: Names): string {
  const outcome = ({ top5, answerMargin }: BypassOutcome): string[] => [names.label(top5[0] ?? -1), answerMargin.toFixed(3), top5[0] === blame.answer && blame.base.top5[0] !== blame.answer ? 'back to FP32' : ''];
  const drift = textTable([['input of', 'relative L2', 'SQNR dB', 'cosine'], ...depth.map(({ name, error }) => [name, error.relativeL2.toFixed(4), error.sqnrDb === null ? 'inf' : error.sqnrDb.toFixed(1), error.cosine.toFixed(4)])]);
  const tests = textTable([
    ['left unquantised', 'answer', 'margin of the FP32 answer', ''],
    ['nothing', ...outcome(blame.base)], ['every map', ...outcome(blame.everyMap)],
    ...blame.layers.map(({ block, outcome: found }) => [names.block(block), ...outcome(found)]),
    ...blame.heads.map(({ block, head, outcome: found }) => [names.head({ block, head }), ...outcome(found)]),
  ], [0, 1, 3]);
  const note = run.settings.arithmetic === 'integer' ? `tested in reference arithmetic with the parameters of this integer run${blame.exact ? '' : ', which gives it another margin'}\n` : '';
  return `${prediction.file}: ${names.label(prediction.label)}; FP32 ${names.label(fp32Prediction.top5[0] ?? -1)} (${fp32Prediction.margin.toFixed(3)}), run ${names.label(prediction.top5[0] ?? -1)} (${prediction.margin.toFixed(3)})\n\n${drift}\n${tests}${note}`;
}

export function flippedText({ block, head, state, flipped, tested, images }: FlippedBy, names: Names): string {
  const restored = images.filter((image) => image.restored);
  const table = restored.length === 0 ? '' : `\n${textTable([[...rowHead, 'unquantised margin'], ...restored.map(({ row, outcome }) => [...rowText(row, names), outcome.answerMargin.toFixed(3)])], [1, 2, 3, 4, 6])}`;
  return `${names.head({ block, head })} flipped ${restored.length} of ${tested} images tested (${flipped} have another answer than the baseline)${state === 'stopped' ? '; stopped before all were tested' : ''}\n${table}`;
}

function parseIndex(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A position in the run’s list: 0, 1, ...');
  return Number(text);
}

function parseHead(text: string): HeadName {
  const found = /^(\d+)\.(\d+)$/.exec(text);
  if (found === null) throw new InvalidArgumentError('BLOCK.HEAD, both counted from 0: 5.2');
  return { block: Number(found[1]), head: Number(found[2]) };
}
