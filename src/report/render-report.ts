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
import { reportWords } from './report-words';
import { resultsTable } from './results-table';
import { preprocessText, runSection, runTitle } from './run-section';
import { labelMapping, labelOrigin, type SetupWords } from './setup-words';
import { reportStyle } from './style';
import type { ReportLanguage, ReportWords } from './words';

const chartWidth = 992;

/**
 * @param data what 'report.data' gives
 * @param dataset of the board, for its name and place; null when it is not known
 * @param reproduction the published table measured again, where that was asked for
 * @param language of its sentences
 * @returns the whole page
 */
export function renderReport(data: ReportData, dataset: DatasetRecord | null = null, reproduction: Reproduction | null = null, language: ReportLanguage = 'en'): string {
  const { board } = data;
  const words = reportWords(language);
  const runs = board.cells.map((cell) => cell.run).filter((run) => run !== null);
  const title = words.title(dataset?.name ?? null);
  const body = runs.length === 0 ? html`<p>${words.noRuns}</p>` : results(data, runs, words);
  const page = html`<!doctype html>
<html lang="${words.lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title><style>${{ html: reportStyle }}</style></head>
<body><main><h1>${title}</h1>
<p class="lead">${summary(runs, board.models.length, words)}</p>
${reproduction === null ? html`` : reproductionSection(reproduction, words)}
${body}
${comparison(data, words)}
${data.runs.map((run, place) => runSection(run, place, words))}
${facts(data, dataset, runs, words)}
<footer>BitLog2 Workbench ${data.engine} · ${data.created}</footer></main></body></html>
`;
  return page.html;
}

function results(data: ReportData, runs: readonly RunRecord[], words: ReportWords): Html {
  const { board } = data;
  const svg = renderSvg(forestOption(board, variableTheme, words.forest, chartWidth), { width: chartWidth, height: forestHeight(board) });
  const published = board.cells.some((cell) => cell.published !== null);
  const logs = board.cells.some((cell) => cell.publishedLog !== null && cell.publishedLog !== cell.published);
  return html`<h2>${words.forestTitle}</h2>
<figure>${{ html: svg }}
<figcaption>${words.forestCaption(imageRange(runs, words), { published, seeds: board.cells.some((cell) => cell.seeds !== null) })}</figcaption></figure>
<h2>${words.figuresTitle}</h2>
${resultsTable(board, words)}${logs ? html`<p class="weak">${words.publishedNote}</p>` : html``}`;
}

/** Exactly the chosen runs against each other; models are named where there are several. */
function comparison({ runs, pairs }: ReportData, words: ReportWords): Html {
  if (pairs.length === 0) return html``;
  const models = new Set(runs.map(({ run }) => run.modelName)).size > 1;
  const name = (id: string): string => {
    const found = runs.find(({ run }) => run.id === id)?.run;
    return found === undefined ? id : `${models ? `${found.modelName} ` : ''}${runTitle(found, words)}`;
  };
  return html`<h2>${words.comparedTitle}</h2><p class="weak">${words.comparedNote(count(pairs.length), pairs.length === 1)}</p>
${pairTable(pairs.map((paired) => ({ paired, name: `${name(paired.a)} − ${name(paired.b)}` })), words)}`;
}

function summary(runs: readonly RunRecord[], models: number, words: ReportWords): string {
  return runs.length === 0 ? words.nothing : words.lead(models, count(runs.length), imageRange(runs, words));
}

function imageRange(runs: readonly RunRecord[], words: ReportWords): string {
  const images = runs.map((run) => run.images);
  const [least, most] = [Math.min(...images), Math.max(...images)];
  return least === most ? words.images(count(most), most === 1) : words.imageRange(count(least), count(most));
}

/** How labels were come by and mapped, where that is not as the files say; empty where it is. */
function labelFacts(dataset: DatasetRecord | null, runs: readonly RunRecord[], setup: SetupWords): [string, string][] {
  const maps = runs.map(({ settings }) => labelMapping(settings, setup));
  const mapped = maps.some((map) => map !== null) ? [several(maps.map((map) => map ?? setup.asListed))] : [];
  const said = [...(dataset === null ? [] : labelOrigin(dataset, setup)), ...mapped];
  const chosen = runs.filter(({ settings }) => settings.imageList !== null).length;
  return [...(said.length === 0 ? [] : [[setup.labels, said.join('; ')] satisfies [string, string]]), ...(chosen === 0 ? [] : [[setup.images, chosen === runs.length ? setup.chosenImages : setup.someChosen] satisfies [string, string]])];
}

/** Different ones in order; they hold commas themselves. */
const several = (texts: readonly string[]): string => [...new Set(texts)].join('; ');

function facts(data: ReportData, dataset: DatasetRecord | null, runs: readonly RunRecord[], words: ReportWords): Html {
  const { facts: says, arithmetics, setup } = words;
  const quantised = runs.filter((run) => run.settings.arithmetic !== 'fp32').map((run) => run.settings);
  const time = runs.reduce((sum, run) => sum + run.seconds.calibration + run.seconds.evaluation, 0);
  const list: [string, string][] = [];
  if (dataset !== null) list.push([says.dataset, says.datasetSays(dataset.name, count(dataset.valImages), count(dataset.trainImages), count(dataset.classes.length))], [says.folder, dataset.root]);
  if (quantised.length > 0) {
    list.push(
      [says.bits, says.bitsSays(distinct(quantised.map((settings) => settings.wBits)), distinct(quantised.map((settings) => settings.aBits)))],
      [says.calibration, says.calibrationSays(distinct(quantised.map((settings) => settings.calibrationImages)), quantised.some((settings) => settings.calibrationList !== null), distinct(quantised.map((settings) => settings.seed)))],
      [says.arithmetic, distinct(quantised.map((settings) => arithmetics[settings.arithmetic]))],
    );
  }
  list.push(
    [says.batch, distinct(runs.map((run) => run.settings.batch))],
    [says.preprocess, several(runs.map(({ settings }) => preprocessText(settings.preprocess, words)))],
    ...labelFacts(dataset, runs, setup),
    [says.time, says.timeSays(seconds(time))],
    [says.workspace, data.workspace],
    [says.engine, data.engine],
  );
  return html`<h2>${says.title}</h2><dl>${list.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<p class="weak">${says.method}</p>`;
}
