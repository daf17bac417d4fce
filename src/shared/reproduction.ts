/**
 * The published table, measured again: every figure beside what was published, and whether that lies inside the measured interval.
 * Pure, so that command line, window and report say the same.
 */
import type { KnownModels } from './known-models';
import { publishedProtocol, type PublishedFigure, type PublishedRow, type PublishedRows } from './published';
import type { DatasetRecord, ModelRecord, RunRecord } from './records';
import { reproductionRemarks, type ReproductionRemark } from './reproduction-remarks';
import { seedModels, type SeedModel } from './seed-models';
import { logSchemeIds, type EvaluationSpec, type SchemeId } from './settings';

/** One of the seven models, and where its file is. */
export interface SeedPlace {
  readonly name: string;
  readonly title: string;
  /** timm's name of the weights that the figures belong to. */
  readonly weights: string;
  /** Null: it is not there. */
  readonly file: string | null;
  /** The file's name says other weights (with what it says), or does not say which; null for the right ones and for files that are not there. */
  readonly doubt: { readonly kind: 'other'; readonly tag: string } | { readonly kind: 'unsaid' } | null;
  /** Where it would be put, and what would be fetched from where. */
  readonly target: string;
  readonly url: string;
}

/** The seven models: in the model folder, else among the workspace's models by their names. */
export function seedPlaces({ models }: KnownModels, workspace: readonly ModelRecord[]): SeedPlace[] {
  return models.map(({ facts: { name, title, architecture, tag, url }, state, target }) => {
    const place = { name, title, weights: `${architecture}.${tag}`, target, url };
    if (state.kind === 'present') return { ...place, file: state.file, doubt: doubtOf(state.tag, tag) };
    const found = workspace.map((model) => ({ model, seed: seedOfFile(model.file) })).find(({ seed }) => seed?.model.name === name);
    return { ...place, file: found?.model.file ?? null, doubt: found === undefined ? null : doubtOf(found.seed?.tag ?? null, tag) };
  });
}

/** Which of the seven a file says that it holds, by its name or, for a hub's `model.safetensors`, its folder's; and which weights. */
export function seedOfFile(file: string): { readonly model: SeedModel; readonly tag: string | null } | null {
  const parts = file.split(/[\\/]/).filter((part) => part !== '');
  const last = parts.at(-1) ?? '';
  const name = (/^model\.safetensors$/i.test(last) ? parts.at(-2) ?? '' : last.replace(/\.(onnx|safetensors)$/i, '')).toLowerCase();
  for (const model of seedModels) {
    const base = [model.name, model.architecture].find((known) => name === known || name.startsWith(`${known}.`));
    if (base !== undefined) return { model, tag: name === base ? null : name.slice(base.length + 1) };
  }
  return null;
}

/** What is to be said of weights whose file says this of them. */
export function doubtOf(said: string | null, tag: string): SeedPlace['doubt'] {
  if (said === tag) return null;
  return said === null ? { kind: 'unsaid' } : { kind: 'other', tag: said };
}

export interface ReproductionChoices {
  readonly schemes: readonly SchemeId[];
  readonly arithmetic: 'reference' | 'integer';
  readonly calibrationImages: number;
  readonly batch: number;
  readonly limit: number | null;
  readonly workers: number | null;
  readonly resume: boolean;
}

export const reproductionDefaults: ReproductionChoices = { schemes: logSchemeIds, arithmetic: 'reference', calibrationImages: publishedProtocol.calibrationImages, batch: 1, limit: null, workers: null, resume: true };

/** The job that measures the table: FP32 and the schemes with the published bits, on the reference's own draw. */
export function reproductionSpec(files: readonly string[], { root, labels }: Pick<DatasetRecord, 'root' | 'labels'>, { wBits, aBits }: Pick<PublishedRows, 'wBits' | 'aBits'>, choices: ReproductionChoices): EvaluationSpec {
  return {
    models: [...files], dataset: root, ...(labels === undefined ? {} : { labels }), schemes: [...choices.schemes], withFp32: true, wBits, aBits, arithmetic: choices.arithmetic,
    calibrationImages: choices.calibrationImages, seeds: [publishedProtocol.seed], batch: choices.batch, limit: choices.limit, preprocess: 'auto', calibrationList: null, imageList: null,
    workers: choices.workers, resume: choices.resume,
  };
}

/** `inside`: the figure lies inside the measured 95 % interval, its ends included. */
export type Verdict = 'inside' | 'above' | 'below';

export interface ReproducedCell {
  readonly scheme: SchemeId;
  /** Null: not measured. */
  readonly run: RunRecord | null;
  readonly published: PublishedFigure;
  /** Where the page's figure lies, and where the logs' does; null while one of the two is missing. */
  readonly page: Verdict | null;
  readonly log: Verdict | null;
}

export interface ReproducedModel {
  readonly name: string;
  readonly title: string;
  readonly cells: readonly ReproducedCell[];
}

export interface Tally {
  readonly inside: number;
  readonly compared: number;
}

export interface Reproduction {
  /** Where it was published. */
  readonly source: string;
  /** Of the places asked about, those that are there or have a published figure. */
  readonly models: readonly ReproducedModel[];
  /** Figures of the page inside the interval, and figures that only the logs have. */
  readonly page: Tally;
  readonly logs: Tally;
  /** What stands between this and the published figures, and what is odd about those. */
  readonly remarks: readonly ReproductionRemark[];
}

export interface ReproductionParts {
  readonly table: PublishedRows;
  readonly places: readonly SeedPlace[];
  readonly dataset: DatasetRecord;
  /** Of the workspace: whose runs they are is known by their files. */
  readonly models: readonly ModelRecord[];
  /** In the order they were made: of several of one cell the last counts. Runs of other models and other bits are passed over. */
  readonly runs: readonly RunRecord[];
  readonly choices: Pick<ReproductionChoices, 'arithmetic' | 'calibrationImages' | 'limit'>;
}

/** Measured beside published. Without runs: what is known before anything is measured. */
export function reproductionOf(parts: ReproductionParts): Reproduction {
  const { table, places } = parts;
  const models = table.models.filter((row) => places.some(({ name, file }) => name === row.name && (file !== null || row.figures.length > 0))).map((row) => ({ name: row.name, title: row.title, cells: cellsOf(row, parts) }));
  const cells = models.flatMap((model) => model.cells);
  return {
    source: table.page, models,
    page: tally(cells.map(({ page }) => page)),
    logs: tally(cells.flatMap(({ published, log }) => (published.page === null ? [log] : []))),
    remarks: reproductionRemarks(parts, models),
  };
}

function cellsOf(row: PublishedRow, { table, places, models, runs }: ReproductionParts): ReproducedCell[] {
  const file = places.find(({ name }) => name === row.name)?.file ?? null;
  const ids = new Set(models.filter((model) => (file !== null && isAt(model, file)) || seedOfFile(model.file)?.model.name === row.name).map(({ id }) => id));
  const own = runs.filter(({ modelId }) => ids.has(modelId));
  const schemes: readonly SchemeId[] = ['none', ...logSchemeIds];
  return schemes.map((scheme) => {
    const run = own.filter(({ settings }) => settings.scheme === scheme && (scheme === 'none' ? settings.arithmetic === 'fp32' : settings.wBits === table.wBits && settings.aBits === table.aBits)).at(-1) ?? null;
    const published = row.figures.find((figure) => figure.scheme === scheme)?.figure ?? { page: null, log: null, as: null };
    return { scheme, run, published, page: verdictOf(run, published.page), log: verdictOf(run, published.log) };
  });
}

/** A model is named by its file, or by the folder that a hub's download makes. */
function isAt({ file }: ModelRecord, named: string): boolean {
  return file === named || file.startsWith(`${named}/`) || file.startsWith(`${named}\\`);
}

/** Where a published figure lies against the measured interval. */
export function verdictOf(run: Pick<RunRecord, 'top1Ci95'> | null, figure: number | null): Verdict | null {
  if (run === null || run.top1Ci95 === null || figure === null) return null;
  const [low, high] = run.top1Ci95;
  return figure < low ? 'below' : figure > high ? 'above' : 'inside';
}

function tally(verdicts: readonly (Verdict | null)[]): Tally {
  const known = verdicts.filter((verdict) => verdict !== null);
  return { inside: known.filter((verdict) => verdict === 'inside').length, compared: known.length };
}
