/** The report's table: per model a row for FP32 and one per scheme, each figure with its uncertainty and its number of images. */
import { isDashed, schemeName } from '../charts/chart-theme';
import type { Board, BoardCell, ModelRecord, PairedResult, RunRecord } from '../shared/records';
import { schemeIds, type SchemeId } from '../shared/settings';
import { count, interval, parameterCount, percent, points, pValue } from './figures';
import { html, type Html } from './html';

export function resultsTable(board: Board): Html {
  const published = board.cells.some((cell) => cell.published !== null || cell.publishedLog !== null);
  const groups = board.models.map((model) => ({ model, cells: rowsOf(board, model) })).filter(({ cells }) => cells.length > 0);
  return html`<div class="scroll"><table>
<caption>Accuracy in percent, differences in points against the model’s own FP32 run on the same images. ${significance(true)} still significant at 5 % after Holm’s correction over the model’s rows, ${significance(false)} not.</caption>
<thead><tr><th scope="col">Scheme of the attention map</th><th scope="col">W/A bits</th><th scope="col">Images</th><th scope="col">Top-1, %<br>95 % interval</th><th scope="col">Top-5, %</th><th scope="col">Loss, nats</th>
<th scope="col">Difference, points<br>95 % interval</th><th scope="col">p<br>(Holm)</th><th scope="col">Lost / gained<br>images</th>${published ? html`<th scope="col">Published, %</th>` : html``}<th scope="col">Images/s</th></tr></thead>
<tbody>${groups.flatMap(({ model, cells }) => [modelRow(model, published ? 11 : 10), ...cells.map((cell) => cellRow(cell, published))])}</tbody></table></div>`;
}

function rowsOf(board: Board, model: ModelRecord): readonly BoardCell[] {
  const place = (scheme: SchemeId): number => (scheme === 'none' ? -1 : schemeIds.indexOf(scheme));
  return board.cells.filter((cell) => cell.modelId === model.id && cell.run !== null).sort((a, b) => place(a.scheme) - place(b.scheme));
}

function modelRow(model: ModelRecord, columns: number): Html {
  const tokens = [...new Set(model.blocks.map((block) => block.tokens))].join(', ');
  return html`<tr class="model"><th scope="rowgroup" colspan="${columns}">${model.name} <small>${parameterCount(model.parameters)} parameters · ${model.inputSize} × ${model.inputSize} pixels · ${tokens} tokens · ${model.blocks.length} attention blocks</small></th></tr>`;
}

function cellRow(cell: BoardCell, published: boolean): Html {
  const { run } = cell;
  if (run === null) throw new Error('a row without a run');
  const { settings } = run;
  return html`<tr><th scope="row">${swatch(cell.scheme)}${schemeName(cell.scheme)}${arithmetic(run)}${state(run)}</th>
<td>${settings.wBits}/${settings.aBits}</td><td>${count(run.images)}${run.skipped > 0 ? html`<br><span class="weak">${count(run.skipped)} skipped</span>` : html``}</td>
<td>${percent(run.top1)}${run.top1Ci95 === null ? html`` : html`<br><span class="weak">${interval(run.top1Ci95, percent)}</span>`}${spreads(cell)}</td>
<td>${percent(run.top5)}</td><td>${run.loss === null ? '–' : run.loss.toFixed(3)}</td>${differenceCells(cell.paired)}
${published ? html`<td>${publishedFigure(cell)}</td>` : html``}<td>${speed(run)}</td></tr>`;
}

/** How far the calibration draw and rounding alone move the figure, where that was measured. */
function spreads({ seeds, noise }: BoardCell): Html {
  const draws = seeds === null ? html`` : html`<br><span class="weak">${count(seeds.count)} seeds ${percent(seeds.min)} to ${percent(seeds.max)}</span>`;
  return noise === null ? draws : html`${draws}<br><span class="weak">rounding alone ${noise.spread.toFixed(2)}</span>`;
}

/** The page's figure and whose it is; under it the log's where that is another. */
function publishedFigure({ published, publishedAs, publishedLog }: BoardCell): Html {
  const page = published === null ? html`` : html`${String(published)}${publishedAs === null ? html`` : html`<br><span class="weak">${publishedAs}</span>`}`;
  return publishedLog === null || publishedLog === published ? page : html`${page}<br><span class="weak">log ${String(publishedLog)}</span>`;
}

function differenceCells(paired: PairedResult | null): Html {
  if (paired === null) return html`<td></td><td></td><td></td>`;
  return html`<td>${points(paired.difference)} ${significance(paired.holmP < 0.05)}<br><span class="weak">${interval(paired.ci95, points)}</span></td>
<td>${pValue(paired.mcnemarP)}<br><span class="weak">${pValue(paired.holmP)}</span></td>
<td>${count(paired.lost)} / ${count(paired.gained)}<br><span class="weak">of ${count(paired.images)}</span></td>`;
}

function significance(holds: boolean): Html {
  return holds ? html`<i class="dot filled" role="img" aria-label="significant"></i>` : html`<i class="dot" role="img" aria-label="not significant"></i>`;
}

/** Colour and shape as in the figure. */
function swatch(scheme: SchemeId): Html {
  const variable = scheme === 'none' ? 'fp32' : scheme.replace('BitLog2_', '').toLowerCase().replace('_', '-');
  return html`<span class="swatch" style="border-color: var(--${variable}); background: ${isDashed(scheme) ? 'transparent' : `var(--${variable})`}"></span>`;
}

/** Reference arithmetic is what everybody means; integer says whether it is so throughout. */
function arithmetic({ settings, exact, fallbacks }: RunRecord): Html {
  if (settings.arithmetic !== 'integer') return html``;
  const proof = exact === true ? ', exact' : fallbacks.length > 0 ? `, ${count(fallbacks.length)} sites in reference arithmetic` : '';
  return html` <span class="weak">integer${proof}</span>`;
}

function state(run: RunRecord): Html {
  if (run.state === 'done') return html``;
  return html` <span class="weak">(${run.state}, ${count(run.images)} of ${count(run.total)})</span>`;
}

function speed(run: RunRecord): string {
  return run.seconds.evaluation > 0 ? (run.images / run.seconds.evaluation).toFixed(1) : '–';
}
