/** Every sentence of the report, in one language. Numbers come as text, written by `figures.ts`. */
import { englishForestWords, type ForestWords } from '../charts/forest-option';
import { englishSiteErrorWords, type SiteErrorWords } from '../charts/site-error-option';
import type { RunState } from '../shared/records';
import { remarkSentence, type ReproductionRemark } from '../shared/reproduction-remarks';
import type { Verdict } from '../shared/reproduction';
import type { Arithmetic } from '../shared/settings';
import { englishSetup, type SetupWords } from './setup-words';

export type ReportLanguage = 'en' | 'ko';

export interface ReportWords {
  readonly lang: ReportLanguage;
  readonly forest: ForestWords;
  readonly sites: SiteErrorWords;
  readonly setup: SetupWords;
  readonly remark: (remark: ReproductionRemark) => string;
  readonly title: (dataset: string | null) => string;
  readonly nothing: string;
  readonly noRuns: string;
  readonly lead: (models: number, runs: string, images: string) => string;
  readonly images: (count: string, one: boolean) => string;
  readonly imageRange: (least: string, most: string) => string;
  readonly forestTitle: string;
  readonly forestCaption: (images: string, has: { readonly published: boolean; readonly seeds: boolean }) => string;
  readonly figuresTitle: string;
  readonly publishedNote: string;
  readonly comparedTitle: string;
  readonly comparedNote: (pairs: string, one: boolean) => string;
  readonly facts: {
    readonly title: string; readonly dataset: string; readonly folder: string; readonly bits: string; readonly calibration: string; readonly arithmetic: string; readonly batch: string;
    readonly preprocess: string; readonly time: string; readonly workspace: string; readonly engine: string; readonly state: string; readonly topLoss: string; readonly override: string; readonly started: string; readonly run: string;
    readonly datasetSays: (name: string, val: string, train: string, classes: string) => string;
    readonly bitsSays: (weights: string, activations: string) => string;
    readonly calibrationSays: (images: string, chosen: boolean, seeds: string) => string;
    readonly calibrationChosen: (images: string) => string;
    readonly timeSays: (time: string) => string;
    readonly timeOfRun: (calibration: string, evaluation: string) => string;
    readonly preprocessSays: (mean: string, std: string, crop: number, interpolation: string) => string;
    readonly skipped: (images: string) => string;
    readonly method: string;
  };
  readonly states: Readonly<Record<RunState, string>>;
  readonly arithmetics: Readonly<Record<Arithmetic, string>>;
  readonly allExact: string;
  readonly exact: string;
  readonly inReference: (sites: string) => string;
  readonly table: {
    readonly caption: readonly [before: string, between: string, after: string];
    readonly scheme: string; readonly bits: string; readonly images: string; readonly top1: string; readonly interval: string; readonly top5: string; readonly loss: string; readonly difference: string;
    readonly lostGained: string; readonly lostGainedUnit: string; readonly published: string; readonly speed: string; readonly log: (figure: string) => string;
    readonly model: (parameters: string, size: number, tokens: string, blocks: number) => string;
    readonly skipped: (images: string) => string; readonly seeds: (count: string, least: string, most: string) => string; readonly noise: (spread: string) => string;
    readonly of: (images: string) => string; readonly significant: string; readonly notSignificant: string; readonly partial: (state: string, images: string, total: string) => string;
  };
  readonly pairs: { readonly difference: string; readonly images: string; readonly points: string; readonly interval: string; readonly sides: string; readonly needed: string };
  readonly run: {
    readonly noMap: string; readonly seed: (seed: number) => string; readonly overrides: (count: number) => string; readonly ofImages: (images: string, total: string) => string;
    readonly sameImages: (against: string) => string; readonly noErrors: string; readonly errorsTitle: string; readonly errorsCaption: (images: string) => string;
    readonly worstCaption: (worst: string, all: string) => string;
    readonly site: string; readonly alone: string; readonly cosine: string; readonly weights: string; readonly activations: string; readonly map: string; readonly cumulative: string;
    readonly levelsTitle: string; readonly levelsCaption: string; readonly block: string;
    readonly flipsTitle: string; readonly flips: (lost: string, gained: string, changed: string, common: string) => string; readonly lost: string; readonly gained: string;
    readonly image: string; readonly label: string; readonly before: string; readonly margin: string; readonly after: string;
  };
  readonly published: {
    readonly title: string; readonly ofPage: string; readonly ofLogs: string; readonly tally: (inside: string, compared: string, what: string) => string; readonly nothing: string;
    readonly caption: readonly [before: string, between: string, after: (source: string) => string];
    readonly scheme: string; readonly images: string; readonly measured: string; readonly interval: string; readonly published: string; readonly logs: string; readonly verdicts: Readonly<Record<Verdict, string>>;
  };
}

export const englishWords: ReportWords = {
  lang: 'en',
  forest: englishForestWords,
  sites: englishSiteErrorWords,
  setup: englishSetup,
  remark: remarkSentence,
  title: (dataset) => (dataset === null ? 'Quantisation of vision transformers' : `Quantisation of vision transformers on the data set “${dataset}”`),
  nothing: 'Nothing measured yet.',
  noRuns: 'There is no run in this workspace yet.',
  lead: (models, runs, images) => `${models} ${models === 1 ? 'model' : 'models'}, ${runs} runs, ${images} each. Everything here was measured, except figures marked as published.`,
  images: (count, one) => `${count} ${one ? 'image' : 'images'}`,
  imageRange: (least, most) => `${least} to ${most} images`,
  forestTitle: 'Top-1 accuracy and its uncertainty',
  forestCaption: (images, { published, seeds }) => `Dot: top-1 in percent of ${images}. Bar: 95 % Wilson interval. Dotted line: the model’s FP32. Hollow and dashed: schemes with 16 levels; filled: 17.${published ? ' Cross: published figure.' : ''}${seeds ? ' Short bar below: least to most over calibration draws.' : ''} Paler: a run that is not finished.`,
  figuresTitle: 'All figures',
  publishedNote: 'Published: as the page of the seed says it; RepQ-ViT’s own figures stand under Sqrt2_17. “log”: what the authors’ logs say where that is another figure or the page has none.',
  comparedTitle: 'The chosen runs against each other',
  comparedNote: (pairs, one) => `On the same images, with Holm’s correction over exactly these ${pairs} ${one ? 'comparison' : 'comparisons'}.`,
  facts: {
    title: 'How it was measured', dataset: 'Data set', folder: 'Folder', bits: 'Bits', calibration: 'Calibration', arithmetic: 'Arithmetic', batch: 'Batch size',
    preprocess: 'Preprocessing', time: 'Time', workspace: 'Workspace', engine: 'Engine', state: 'State', topLoss: 'Top-5, loss', override: 'Override', started: 'Started', run: 'Run',
    datasetSays: (name, val, train, classes) => `${name}: ${val} validation and ${train} training images, ${classes} classes`,
    bitsSays: (weights, activations) => `weights ${weights}, activations ${activations}; attention map by the scheme; patch embedding input 8`,
    calibrationSays: (images, chosen, seeds) => `${images} training images${chosen ? ', some from a list' : ', drawn as the reference does'}, seed ${seeds}`,
    calibrationChosen: (images) => `${images} images, chosen by hand`,
    timeSays: (time) => `${time} of work in all runs`,
    timeOfRun: (calibration, evaluation) => `calibration ${calibration}, evaluation ${evaluation}`,
    preprocessSays: (mean, std, crop, interpolation) => `mean ${mean}, std ${std}, crop ${crop}, ${interpolation}`,
    skipped: (images) => `${images} images skipped`,
    method: `Interval of an accuracy: Wilson, 95 %. Difference: paired over the same images, Newcombe’s interval for paired proportions, p by the exact McNemar test, in the line below adjusted by Holm over the model’s rows.
Lost: right in FP32, wrong when quantised; gained: the other way round. A scheme ending in _17 has 17 distinct values (16 and zero), one more than 4 bits hold.`,
  },
  states: { waiting: 'waiting', calibrating: 'calibrating', running: 'running', done: 'done', stopped: 'stopped', failed: 'failed' },
  arithmetics: { reference: 'reference', integer: 'integer', fp32: 'fp32' },
  allExact: 'every product shown to be exact',
  exact: 'exact',
  inReference: (sites) => `${sites} sites in reference arithmetic`,
  table: {
    caption: ['Accuracy in percent, differences in points against the model’s own FP32 run on the same images.', 'still significant at 5 % after Holm’s correction over the model’s rows,', 'not.'],
    scheme: 'Scheme of the attention map', bits: 'W/A bits', images: 'Images', top1: 'Top-1, %', interval: '95 % interval', top5: 'Top-5, %', loss: 'Loss, nats', difference: 'Difference, points',
    lostGained: 'Lost / gained', lostGainedUnit: 'images', published: 'Published, %', speed: 'Images/s', log: (figure) => `log ${figure}`,
    model: (parameters, size, tokens, blocks) => `${parameters} parameters · ${size} × ${size} pixels · ${tokens} tokens · ${blocks} attention blocks`,
    skipped: (images) => `${images} skipped`, seeds: (count, least, most) => `${count} seeds ${least} to ${most}`, noise: (spread) => `rounding alone ${spread}`,
    of: (images) => `of ${images}`, significant: 'significant', notSignificant: 'not significant', partial: (state, images, total) => `(${state}, ${images} of ${total})`,
  },
  pairs: { difference: 'Difference of', images: 'Images', points: 'Points', interval: '95 % interval', sides: 'Lost / gained / changed', needed: 'Images needed to tell them apart' },
  run: {
    noMap: 'no map quantiser', seed: (seed) => `seed ${seed}`, overrides: (count) => `${count} ${count === 1 ? 'override' : 'overrides'}`, ofImages: (images, total) => `${images} of ${total} images`,
    sameImages: (against) => `On the same images as ${against}`, noErrors: 'Errors of the sites were not computed for this run: open it on the Layers page and report again.',
    errorsTitle: 'Where the error arises', errorsCaption: (images) => `Sites in network order, numbers are blocks; over ${images} images.`,
    worstCaption: (worst, all) => `The ${worst} sites with the largest error of their own, of ${all}.`,
    site: 'Site', alone: 'Alone: rel. L2', cosine: 'Cosine', weights: 'Weights', activations: 'Activations', map: 'Map', cumulative: 'With all before: rel. L2',
    levelsTitle: 'Levels in use', levelsCaption: 'Percent of the attention map’s elements that each code was given, all heads of a block together. Code 0 is zero, the last code the largest level; a dot is a code that was never used.', block: 'Block',
    flipsTitle: 'Images that changed sides', flips: (lost, gained, changed, common) => `${lost} lost, ${gained} gained, ${changed} changed from one wrong class to another, of ${common} images.`,
    lost: 'Lost: those whose answer fell farthest.', gained: 'Gained: those that are surest now.',
    image: 'Image', label: 'Label', before: 'Before', margin: 'Margin', after: 'After',
  },
  published: {
    title: 'Measured beside published', ofPage: 'figures of the page', ofLogs: 'figures that only the authors’ logs have',
    tally: (inside, compared, what) => `${inside} of ${compared} ${what} lie inside the measured 95 % interval.`, nothing: 'No published figure was measured.',
    caption: ['Top-1 in percent.', 'the published figure lies inside the measured 95 % Wilson interval,', (source) => `outside. Published at ${source}`],
    scheme: 'Scheme of the attention map', images: 'Images', measured: 'Measured', interval: '95 % interval', published: 'Published', logs: 'In the logs', verdicts: { inside: 'inside', below: 'outside, below', above: 'outside, above' },
  },
};
