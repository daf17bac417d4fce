/** What stands between a measurement and the published figures, as data: `kind` names the sentence, in English here and in the window's message files. */
import { assertNever } from './assert-never';
import { publishedProtocol, type PublishedRow } from './published';
import type { RunRecord } from './records';
import type { ReproducedModel, ReproductionParts, SeedPlace } from './reproduction';
import type { Preprocess, SchemeId } from './settings';

export type ReproductionRemark =
  /** Models that are not there: the weights that are wanted, and where they would lie. */
  | { readonly kind: 'missing'; readonly name: string; readonly title: string; readonly weights: string; readonly target: string }
  | { readonly kind: 'otherWeights'; readonly title: string; readonly weights: string; readonly tag: string }
  | { readonly kind: 'unsaidWeights'; readonly title: string; readonly weights: string }
  | { readonly kind: 'preprocess'; readonly title: string }
  /** The data set. */
  | { readonly kind: 'notImagenet' }
  | { readonly kind: 'noTrain' }
  | { readonly kind: 'otherTrain'; readonly images: number; readonly expected: number }
  | { readonly kind: 'otherImages'; readonly images: number; readonly expected: number }
  /** The settings. */
  | { readonly kind: 'otherDraw'; readonly images: number; readonly expected: number }
  | { readonly kind: 'integer' }
  /** The runs. */
  | { readonly kind: 'unfinished'; readonly title: string; readonly runs: number }
  /** The published figures themselves. */
  | { readonly kind: 'takenFrom'; readonly as: string; readonly scheme: SchemeId }
  | { readonly kind: 'logDiffers'; readonly title: string; readonly scheme: SchemeId; readonly page: number; readonly log: number }
  | { readonly kind: 'logOnly'; readonly schemes: readonly SchemeId[] }
  | { readonly kind: 'unpublished'; readonly titles: readonly string[] };

type Missing = Extract<ReproductionRemark, { kind: 'missing' }>;

/** The models that are not there. */
export function missingModels(places: readonly SeedPlace[]): Missing[] {
  return places.filter(({ file }) => file === null).map(({ name, title, weights, target }) => ({ kind: 'missing', name, title, weights, target }));
}

/** Those of `reproductionOf`. */
export function reproductionRemarks({ table, places, dataset, choices, runs }: ReproductionParts, models: readonly ReproducedModel[]): ReproductionRemark[] {
  const remarks: ReproductionRemark[] = missingModels(places);
  for (const { title, weights, doubt } of places) {
    if (doubt !== null) remarks.push(doubt.kind === 'other' ? { kind: 'otherWeights', title, weights, tag: doubt.tag } : { kind: 'unsaidWeights', title, weights });
  }
  for (const model of models) {
    const row = table.models.find(({ name }) => name === model.name);
    const used = model.cells.flatMap(({ run }) => (run === null ? [] : [run]));
    if (row !== undefined && used.some(({ settings }) => !samePreprocess(settings.preprocess, row.preprocess))) remarks.push({ kind: 'preprocess', title: model.title });
    const open = used.filter(({ state }) => state !== 'done').length;
    if (open > 0) remarks.push({ kind: 'unfinished', title: model.title, runs: open });
  }
  remarks.push(...ofDataset(dataset, choices.limit, runs));
  const quantised = runs.filter(({ settings }) => settings.arithmetic !== 'fp32').map(({ settings }) => settings);
  const drawn = quantised.find(({ calibrationImages, seed, calibrationList }) => calibrationImages !== publishedProtocol.calibrationImages || seed !== publishedProtocol.seed || calibrationList !== null);
  const images = drawn?.calibrationImages ?? choices.calibrationImages;
  if (drawn !== undefined || images !== publishedProtocol.calibrationImages) remarks.push({ kind: 'otherDraw', images, expected: publishedProtocol.calibrationImages });
  if (quantised.length === 0 ? choices.arithmetic === 'integer' : quantised.some(({ arithmetic }) => arithmetic === 'integer')) remarks.push({ kind: 'integer' });
  return [...remarks, ...ofFigures(table.models.filter((row) => places.some(({ name }) => name === row.name)))];
}

function ofDataset({ labelSet, ownTrain, trainImages, valImages }: ReproductionParts['dataset'], limit: number | null, runs: readonly RunRecord[]): ReproductionRemark[] {
  if (labelSet !== 'imagenet-1k') return [{ kind: 'notImagenet' }];
  const remarks: ReproductionRemark[] = [];
  const expected = publishedProtocol.trainImages;
  if (ownTrain === false) remarks.push({ kind: 'noTrain' });
  else if (trainImages !== expected) remarks.push({ kind: 'otherTrain', images: trainImages, expected });
  const planned = runs.length === 0 ? Math.min(limit ?? valImages, valImages) : Math.min(...runs.map(({ total, skipped }) => total - skipped));
  if (planned !== publishedProtocol.images) remarks.push({ kind: 'otherImages', images: planned, expected: publishedProtocol.images });
  return remarks;
}

function ofFigures(rows: readonly PublishedRow[]): ReproductionRemark[] {
  const figures = rows.flatMap(({ title, figures }) => figures.map(({ scheme, figure }) => ({ title, scheme, ...figure })));
  const remarks: ReproductionRemark[] = [];
  const taken = figures.find(({ as }) => as !== null);
  if (taken?.as !== undefined && taken.as !== null) remarks.push({ kind: 'takenFrom', as: taken.as, scheme: taken.scheme });
  for (const { title, scheme, page, log, as } of figures) if (as === null && page !== null && log !== null && page !== log) remarks.push({ kind: 'logDiffers', title, scheme, page, log });
  const logOnly = [...new Set(figures.filter(({ page }) => page === null).map(({ scheme }) => scheme))];
  if (logOnly.length > 0) remarks.push({ kind: 'logOnly', schemes: logOnly });
  const unpublished = rows.filter((row) => row.figures.length === 0).map(({ title }) => title);
  if (unpublished.length > 0) remarks.push({ kind: 'unpublished', titles: unpublished });
  return remarks;
}

function samePreprocess(a: Preprocess, b: Preprocess): boolean {
  const text = ({ mean, std, cropPct, interpolation, channels, resize }: Preprocess): string => JSON.stringify([mean, std, cropPct, interpolation, channels ?? 'rgb', resize ?? 'short-side']);
  return text(a) === text(b);
}

/** True for what a person can change or should wait for; the others explain the published figures. */
export function isWarning({ kind }: ReproductionRemark): boolean {
  return kind !== 'takenFrom' && kind !== 'logDiffers' && kind !== 'logOnly' && kind !== 'unpublished';
}

const counted = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** The remark in English, for the command line and the report. */
export function remarkSentence(remark: ReproductionRemark): string {
  switch (remark.kind) {
    case 'missing': return `${remark.title} is not there: it wants ${remark.weights} as .safetensors or .onnx, for example ${remark.target}. Get it: bitlog2 models get ${remark.name} (says first what is fetched from where).`;
    case 'otherWeights': return `${remark.title}: the published figures belong to the weights ${remark.weights}; these are ${remark.tag}.`;
    case 'unsaidWeights': return `${remark.title}: the file's name does not say which weights it holds; the published figures belong to ${remark.weights}.`;
    case 'preprocess': return `${remark.title}: its pictures were prepared in another way than for the published figures.`;
    case 'notImagenet': return "The data set's classes are not ImageNet's: the published figures do not belong to it.";
    case 'noTrain': return 'There is no train split: the calibration pictures are not those of the published figures.';
    case 'otherTrain': return `The train split holds ${counted(remark.images)} pictures and not ${counted(remark.expected)}: the draw gives other calibration pictures than the reference's.`;
    case 'otherImages': return `Measured on ${counted(remark.images)} pictures; the published figures are of all ${counted(remark.expected)}.`;
    case 'otherDraw': return `Calibrated on ${counted(remark.images)} pictures or another draw; the published figures are of the reference's draw of ${remark.expected} with seed ${publishedProtocol.seed}.`;
    case 'integer': return 'Measured in integer arithmetic; the published figures were made with fake quantisers in floating point (reference).';
    case 'unfinished': return `${remark.title}: ${remark.runs} ${remark.runs === 1 ? 'run is' : 'runs are'} not complete; figures are of the images so far.`;
    case 'takenFrom': return `The page's figures under ${remark.scheme} are ${remark.as}'s own; the authors' rerun with the same code stands under "log".`;
    case 'logDiffers': return `${remark.title} ${remark.scheme}: the page says ${remark.page}, the authors' logs ${remark.log}. The page's figure is compared.`;
    case 'logOnly': return `${remark.schemes.join(', ')}: only in the authors' code and logs, not on the page.`;
    case 'unpublished': return `Nothing was published of ${remark.titles.join(', ')}.`;
    default: return assertNever(remark);
  }
}
