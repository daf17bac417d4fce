/** Runs as a table for a person: every accuracy with its interval, every difference with its interval and test. */
import type { PairedResult, RunRecord } from '../shared/records';
import { englishSetup, labelMapping, preprocessExtras } from '../report/setup-words';
import { imagesPerSecond } from './eval-json';
import { textTable } from './text-table';

export interface ResultRow {
  readonly run: RunRecord;
  /** Against the model's FP32 on the same images; null where there is none. */
  readonly paired: PairedResult | null;
}

export function resultsText(rows: readonly ResultRow[]): string {
  const seeds = new Set(rows.filter(({ run }) => run.settings.arithmetic !== 'fp32').map(({ run }) => run.settings.seed)).size > 1;
  const compared = rows.some(({ paired }) => paired !== null);
  const head = ['model', 'scheme', ...(seeds ? ['seed'] : []), 'bits', 'images', 'top-1 %', '95 % interval', 'top-5 %', ...(compared ? ['to FP32, points', '95 % interval', 'p'] : []), 'images/s'];
  return textTable([head, ...rows.map((row) => cells(row, seeds, compared))], [0, 1]) + partialNote(rows) + setupNotes(rows) + (compared ? 'p: exact McNemar test against FP32 on the same images\n' : '');
}

function cells({ run, paired }: ResultRow, seeds: boolean, compared: boolean): string[] {
  const { settings } = run;
  const fp32 = settings.arithmetic === 'fp32';
  const rate = imagesPerSecond(run);
  return [
    run.modelName,
    fp32 ? 'FP32' : settings.arithmetic === 'integer' ? `${settings.scheme} (integer${run.exact === true ? ', exact' : ''})` : settings.scheme,
    ...(seeds ? [fp32 ? '' : String(settings.seed)] : []),
    `W${settings.wBits}A${settings.aBits}${exceptions(run)}`,
    run.state === 'done' ? String(run.images) : `${run.images} of ${run.total}`,
    figure(run.top1),
    run.top1Ci95 === null ? '' : `${figure(run.top1Ci95[0])} to ${figure(run.top1Ci95[1])}`,
    figure(run.top5),
    ...(compared ? difference(paired) : []),
    rate === null ? '' : rate.toFixed(1),
  ];
}

/** How many overrides the run has: its bits are not all that there is to say. */
function exceptions({ settings }: RunRecord): string {
  const count = Object.keys(settings.overrides ?? {}).length;
  return count === 0 ? '' : ` + ${count} ${count === 1 ? 'override' : 'overrides'}`;
}

function difference(paired: PairedResult | null): string[] {
  if (paired === null) return ['', '', ''];
  const p = paired.mcnemarP < 0.0001 ? '< 0.0001' : paired.mcnemarP.toFixed(4);
  return [signed(paired.difference), `${signed(paired.ci95[0])} to ${signed(paired.ci95[1])}`, p];
}

function partialNote(rows: readonly ResultRow[]): string {
  const partial = rows.filter(({ run }) => run.state !== 'done').length;
  return partial === 0 ? '' : `${partial} of ${rows.length} runs are not complete: their figures are of the images so far\n`;
}

/** How pictures and labels were treated, for every model where that is not the plain way. */
function setupNotes(rows: readonly ResultRow[]): string {
  const notes = rows.flatMap(({ run: { modelName, settings } }) => {
    const mapping = labelMapping(settings, englishSetup);
    return [...preprocessExtras(settings.preprocess, englishSetup), ...(mapping === null ? [] : [`labels ${mapping}`]), ...(settings.imageList === null ? [] : [`images ${englishSetup.chosenImages}`])].map((said) => `${modelName}: ${said}\n`);
  });
  return [...new Set(notes)].join('');
}

function figure(value: number | null): string {
  return value === null ? '-' : value.toFixed(2);
}

function signed(value: number): string {
  const text = value.toFixed(2);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text === '-0.00' ? '0.00' : text;
}
