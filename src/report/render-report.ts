/** A board as one HTML file: no network, no script; light, dark and on paper. */
import { variableTheme } from '../charts/chart-theme';
import { forestHeight, forestOption } from '../charts/forest-option';
import { renderSvg } from '../charts/render-svg';
import type { DatasetRecord, RunRecord } from '../shared/records';
import type { ReportData } from '../shared/report';
import type { Reproduction } from '../shared/reproduction';
import { count, distinct, seconds } from './figures';
import { html, type Html } from './html';
import { pairTable } from './pair-table';
import { reproductionSection } from './reproduction-section';
import { resultsTable } from './results-table';
import { runSection, runTitle } from './run-section';
import { reportStyle } from './style';

const chartWidth = 992;

/**
 * @param data what 'report.data' gives
 * @param dataset of the board, for its name and place; null when it is not known
 * @param reproduction the published table measured again, where that was asked for
 * @returns the whole page
 */
export function renderReport(data: ReportData, dataset: DatasetRecord | null = null, reproduction: Reproduction | null = null): string {
  const { board } = data;
  const runs = board.cells.map((cell) => cell.run).filter((run) => run !== null);
  const title = dataset === null ? 'Quantisation of vision transformers' : `Quantisation of vision transformers on the data set “${dataset.name}”`;
  const body = runs.length === 0 ? html`<p>There is no run in this workspace yet.</p>` : results(data, runs);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title><style>${{ html: reportStyle }}</style></head>
<body><main><h1>${title}</h1>
<p class="lead">${summary(runs, board.models.length)}</p>
${reproduction === null ? html`` : reproductionSection(reproduction)}
${body}
${comparison(data)}
${data.runs.map((run, place) => runSection(run, place, dataset))}
${facts(data, dataset, runs)}
<footer>BitLog2 Workbench ${data.engine} · ${data.created}</footer></main></body></html>
`;
  return page.html;
}

function results(data: ReportData, runs: readonly RunRecord[]): Html {
  const { board } = data;
  const svg = renderSvg(forestOption(board, variableTheme, undefined, chartWidth), { width: chartWidth, height: forestHeight(board) });
  const published = board.cells.some((cell) => cell.published !== null);
  const logs = board.cells.some((cell) => cell.publishedLog !== null && cell.publishedLog !== cell.published);
  return html`<h2>Top-1 accuracy and its uncertainty</h2>
<figure>${{ html: svg }}
<figcaption>Dot: top-1 in percent of ${imageRange(runs)}. Bar: 95 % Wilson interval. Dotted line: the model’s FP32. Hollow and dashed: schemes with 16 levels; filled: 17.${published ? ' Cross: published figure.' : ''} Paler: a run that is not finished.</figcaption></figure>
<h2>All figures</h2>
${resultsTable(board)}${logs ? html`<p class="weak">Published: as the page of the seed says it; RepQ-ViT’s own figures stand under Sqrt2_17. “log”: what the authors’ logs say where that is another figure or the page has none.</p>` : html``}`;
}

/** Exactly the chosen runs against each other; models are named where there are several. */
function comparison({ runs, pairs }: ReportData): Html {
  if (pairs.length === 0) return html``;
  const models = new Set(runs.map(({ run }) => run.modelName)).size > 1;
  const name = (id: string): string => {
    const found = runs.find(({ run }) => run.id === id)?.run;
    return found === undefined ? id : `${models ? `${found.modelName} ` : ''}${runTitle(found)}`;
  };
  return html`<h2>The chosen runs against each other</h2><p class="weak">On the same images, with Holm’s correction over exactly these ${count(pairs.length)} ${pairs.length === 1 ? 'comparison' : 'comparisons'}.</p>
${pairTable(pairs.map((paired) => ({ paired, name: `${name(paired.a)} − ${name(paired.b)}` })))}`;
}

function summary(runs: readonly RunRecord[], models: number): string {
  if (runs.length === 0) return 'Nothing measured yet.';
  return `${count(models)} ${models === 1 ? 'model' : 'models'}, ${count(runs.length)} runs, ${imageRange(runs)} each. Everything here was measured, except figures marked as published.`;
}

function imageRange(runs: readonly RunRecord[]): string {
  const images = runs.map((run) => run.images);
  const [least, most] = [Math.min(...images), Math.max(...images)];
  return least === most ? `${count(most)} ${most === 1 ? 'image' : 'images'}` : `${count(least)} to ${count(most)} images`;
}

function facts(data: ReportData, dataset: DatasetRecord | null, runs: readonly RunRecord[]): Html {
  const quantised = runs.filter((run) => run.settings.arithmetic !== 'fp32').map((run) => run.settings);
  const time = runs.reduce((sum, run) => sum + run.seconds.calibration + run.seconds.evaluation, 0);
  const list: [string, string][] = [];
  if (dataset !== null) list.push(['Data set', `${dataset.name}: ${count(dataset.valImages)} validation and ${count(dataset.trainImages)} training images, ${count(dataset.classes.length)} classes`], ['Folder', dataset.root]);
  if (quantised.length > 0) {
    list.push(
      ['Bits', `weights ${distinct(quantised.map((settings) => settings.wBits))}, activations ${distinct(quantised.map((settings) => settings.aBits))}; attention map by the scheme; patch embedding input 8`],
      ['Calibration', `${distinct(quantised.map((settings) => settings.calibrationImages))} training images${quantised.some((settings) => settings.calibrationList !== null) ? ', some from a list' : ', drawn as the reference does'}, seed ${distinct(quantised.map((settings) => settings.seed))}`],
      ['Arithmetic', distinct(quantised.map((settings) => settings.arithmetic))],
    );
  }
  list.push(
    ['Batch size', distinct(runs.map((run) => run.settings.batch))],
    ['Preprocessing', distinct(runs.map(({ settings: { preprocess } }) => `mean ${preprocess.mean.join(' ')}, std ${preprocess.std.join(' ')}, crop ${preprocess.cropPct}, ${preprocess.interpolation}`))],
    ['Time', `${seconds(time)} of work in all runs`],
    ['Workspace', data.workspace],
    ['Engine', data.engine],
  );
  return html`<h2>How it was measured</h2><dl>${list.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<p class="weak">Interval of an accuracy: Wilson, 95 %. Difference: paired over the same images, Newcombe’s interval for paired proportions, p by the exact McNemar test, in the line below adjusted by Holm over the model’s rows.
Lost: right in FP32, wrong when quantised; gained: the other way round. A scheme ending in _17 has 17 distinct values (16 and zero), one more than 4 bits hold.</p>`;
}
