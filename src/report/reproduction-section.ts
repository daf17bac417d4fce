/** The report's part on the published table: measured beside published, what lies inside the interval, and what stands between. */
import { schemeName } from '../charts/chart-theme';
import type { ReproducedCell, Reproduction, Tally, Verdict } from '../shared/reproduction';
import { remarkSentence } from '../shared/reproduction-remarks';
import { count, interval, percent } from './figures';
import { html, type Html } from './html';

export function reproductionSection({ source, models, page, logs, remarks }: Reproduction): Html {
  const columns = 6;
  return html`<h2>Measured beside published</h2>
<p class="lead">${tally(page, 'figures of the page')} ${logs.compared === 0 ? '' : tally(logs, 'figures that only the authors’ logs have')}</p>
<div class="scroll"><table><caption>Top-1 in percent. ${mark('inside')} the published figure lies inside the measured 95 % Wilson interval, ${mark('below')} outside. Published at ${source}</caption>
<thead><tr><th scope="col">Scheme of the attention map</th><th scope="col">Images</th><th scope="col">Measured</th><th scope="col">95 % interval</th><th scope="col">Published</th><th scope="col">In the logs</th></tr></thead>
<tbody>${models.flatMap(({ title, cells }) => [html`<tr class="model"><th scope="rowgroup" colspan="${columns}">${title}</th></tr>`, ...cells.filter(isKnown).map(row)])}</tbody></table></div>
<ul>${remarks.map((remark) => html`<li>${remarkSentence(remark)}</li>`)}</ul>`;
}

function isKnown({ run, published }: ReproducedCell): boolean {
  return run !== null || published.page !== null || published.log !== null;
}

function row({ scheme, run, published, page, log }: ReproducedCell): Html {
  return html`<tr><th scope="row">${schemeName(scheme)}</th><td>${run === null ? '' : count(run.images)}</td><td>${run === null ? '–' : percent(run.top1)}</td><td>${run === null || run.top1Ci95 === null ? '' : interval(run.top1Ci95, percent)}</td>
<td>${figure(published.page)}${published.as === null ? html`` : html` <span class="weak">${published.as}</span>`} ${verdict(page)}</td><td>${published.log === published.page ? html`` : html`${figure(published.log)} ${verdict(log)}`}</td></tr>`;
}

function figure(value: number | null): string {
  return value === null ? '' : String(value);
}

function verdict(value: Verdict | null): Html {
  return value === null ? html`` : html`${mark(value)}<span class="weak"> ${value === 'inside' ? 'inside' : `outside, ${value}`}</span>`;
}

function mark(value: Verdict): Html {
  return value === 'inside' ? html`<span class="dot filled"></span>` : html`<span class="dot"></span>`;
}

function tally({ inside, compared }: Tally, what: string): string {
  return compared === 0 ? 'No published figure was measured.' : `${count(inside)} of ${count(compared)} ${what} lie inside the measured 95 % interval.`;
}
