/** The report's table: per model a row for FP32 and one per scheme, each figure with its uncertainty and its number of images. */
import { isDashed, schemeName } from '../charts/chart-theme';
import type { Board, BoardCell, ModelRecord, PairedResult, RunRecord } from '../shared/records';
import { schemeIds, type SchemeId } from '../shared/settings';
import { count, interval, parameterCount, percent, points, pValue } from './figures';
import { html, type Html } from './html';
import type { ReportWords } from './words';

export function resultsTable(board: Board, words: ReportWords): Html {
  const { table } = words;
  const [before, between, after] = table.caption;
  const published = board.cells.some((cell) => cell.published !== null || cell.publishedLog !== null);
  const groups = board.models.map((model) => ({ model, cells: rowsOf(board, model) })).filter(({ cells }) => cells.length > 0);
  return html`<div class="scroll"><table>
<caption>${before} ${significance(true, words)} ${between} ${significance(false, words)} ${after}</caption>
<thead><tr><th scope="col">${table.scheme}</th><th scope="col">${table.bits}</th><th scope="col">${table.images}</th><th scope="col">${table.top1}<br>${table.interval}</th><th scope="col">${table.top5}</th><th scope="col">${table.loss}</th>
<th scope="col">${table.difference}<br>${table.interval}</th><th scope="col">p<br>(Holm)</th><th scope="col">${table.lostGained}<br>${table.lostGainedUnit}</th>${published ? html`<th scope="col">${table.published}</th>` : html``}<th scope="col">${table.speed}</th></tr></thead>
<tbody>${groups.flatMap(({ model, cells }) => [modelRow(model, published ? 11 : 10, words), ...cells.map((cell) => cellRow(cell, published, words))])}</tbody></table></div>`;
}

function rowsOf(board: Board, model: ModelRecord): readonly BoardCell[] {
  const place = (scheme: SchemeId): number => (scheme === 'none' ? -1 : schemeIds.indexOf(scheme));
  return board.cells.filter((cell) => cell.modelId === model.id && cell.run !== null).sort((a, b) => place(a.scheme) - place(b.scheme));
}

function modelRow(model: ModelRecord, columns: number, { table }: ReportWords): Html {
  const tokens = [...new Set(model.blocks.map((block) => block.tokens))].join(', ');
  return html`<tr class="model"><th scope="rowgroup" colspan="${columns}">${model.name} <small>${table.model(parameterCount(model.parameters), model.inputSize, tokens, model.blocks.length)}</small></th></tr>`;
}

function cellRow(cell: BoardCell, published: boolean, words: ReportWords): Html {
  const { run } = cell;
  if (run === null) throw new Error('a row without a run');
  const { settings } = run;
  return html`<tr><th scope="row">${swatch(cell.scheme)}${schemeName(cell.scheme)}${arithmetic(run, words)}${state(run, words)}</th>
<td>${settings.wBits}/${settings.aBits}</td><td>${count(run.images)}${run.skipped > 0 ? html`<br><span class="weak">${words.table.skipped(count(run.skipped))}</span>` : html``}</td>
<td>${percent(run.top1)}${run.top1Ci95 === null ? html`` : html`<br><span class="weak">${interval(run.top1Ci95, percent)}</span>`}${spreads(cell, words)}</td>
<td>${percent(run.top5)}</td><td>${run.loss === null ? '–' : run.loss.toFixed(3)}</td>${differenceCells(cell.paired, words)}
${published ? html`<td>${publishedFigure(cell, words)}</td>` : html``}<td>${speed(run)}</td></tr>`;
}

/** How far the calibration draw and rounding alone move the figure, where that was measured. */
function spreads({ seeds, noise }: BoardCell, { table }: ReportWords): Html {
  const draws = seeds === null ? html`` : html`<br><span class="weak">${table.seeds(count(seeds.count), percent(seeds.min), percent(seeds.max))}</span>`;
  return noise === null ? draws : html`${draws}<br><span class="weak">${table.noise(noise.spread.toFixed(2))}</span>`;
}

/** The page's figure and whose it is; under it the log's where that is another. */
function publishedFigure({ published, publishedAs, publishedLog }: BoardCell, { table }: ReportWords): Html {
  const page = published === null ? html`` : html`${String(published)}${publishedAs === null ? html`` : html`<br><span class="weak">${publishedAs}</span>`}`;
  return publishedLog === null || publishedLog === published ? page : html`${page}<br><span class="weak">${table.log(String(publishedLog))}</span>`;
}

function differenceCells(paired: PairedResult | null, words: ReportWords): Html {
  if (paired === null) return html`<td></td><td></td><td></td>`;
  return html`<td>${points(paired.difference)} ${significance(paired.holmP < 0.05, words)}<br><span class="weak">${interval(paired.ci95, points)}</span></td>
<td>${pValue(paired.mcnemarP)}<br><span class="weak">${pValue(paired.holmP)}</span></td>
<td>${count(paired.lost)} / ${count(paired.gained)}<br><span class="weak">${words.table.of(count(paired.images))}</span></td>`;
}

function significance(holds: boolean, { table }: ReportWords): Html {
  return holds ? html`<i class="dot filled" role="img" aria-label="${table.significant}"></i>` : html`<i class="dot" role="img" aria-label="${table.notSignificant}"></i>`;
}

/** Colour and shape as in the figure. */
function swatch(scheme: SchemeId): Html {
  const variable = scheme === 'none' ? 'fp32' : scheme.replace('BitLog2_', '').toLowerCase().replace('_', '-');
  return html`<span class="swatch" style="border-color: var(--${variable}); background: ${isDashed(scheme) ? 'transparent' : `var(--${variable})`}"></span>`;
}

/** Reference arithmetic is what everybody means; integer says whether it is so throughout. */
function arithmetic({ settings, exact, fallbacks }: RunRecord, words: ReportWords): Html {
  if (settings.arithmetic !== 'integer') return html``;
  const proof = exact === true ? `, ${words.exact}` : fallbacks.length > 0 ? `, ${words.inReference(count(fallbacks.length))}` : '';
  return html` <span class="weak">${words.arithmetics.integer}${proof}</span>`;
}

function state(run: RunRecord, { states, table }: ReportWords): Html {
  if (run.state === 'done') return html``;
  return html` <span class="weak">${table.partial(states[run.state], count(run.images), count(run.total))}</span>`;
}

function speed(run: RunRecord): string {
  return run.seconds.evaluation > 0 ? (run.images / run.seconds.evaluation).toFixed(1) : '–';
}
