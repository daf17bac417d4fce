/** The report's part on the published table: measured beside published, what lies inside the interval, and what stands between. */
import { schemeName } from '../charts/chart-theme';
import type { ReproducedCell, Reproduction, Tally, Verdict } from '../shared/reproduction';
import { count, interval, percent } from './figures';
import { html, type Html } from './html';
import type { ReportWords } from './words';

export function reproductionSection({ source, models, page, logs, remarks }: Reproduction, words: ReportWords): Html {
  const columns = 6;
  const { published: says } = words;
  const [before, between, after] = says.caption;
  return html`<h2>${says.title}</h2>
<p class="lead">${tally(page, says.ofPage, says)} ${logs.compared === 0 ? '' : tally(logs, says.ofLogs, says)}</p>
<div class="scroll"><table><caption>${before} ${mark('inside')} ${between} ${mark('below')} ${after(source)}</caption>
<thead><tr><th scope="col">${says.scheme}</th><th scope="col">${says.images}</th><th scope="col">${says.measured}</th><th scope="col">${says.interval}</th><th scope="col">${says.published}</th><th scope="col">${says.logs}</th></tr></thead>
<tbody>${models.flatMap(({ title, cells }) => [html`<tr class="model"><th scope="rowgroup" colspan="${columns}">${title}</th></tr>`, ...cells.filter(isKnown).map((cell) => row(cell, says))])}</tbody></table></div>
<ul>${remarks.map((remark) => html`<li>${words.remark(remark)}</li>`)}</ul>`;
}

function isKnown({ run, published }: ReproducedCell): boolean {
  return run !== null || published.page !== null || published.log !== null;
}

function row({ scheme, run, published, page, log }: ReproducedCell, says: ReportWords['published']): Html {
  return html`<tr><th scope="row">${schemeName(scheme)}</th><td>${run === null ? '' : count(run.images)}</td><td>${run === null ? '–' : percent(run.top1)}</td><td>${run === null || run.top1Ci95 === null ? '' : interval(run.top1Ci95, percent)}</td>
<td>${figure(published.page)}${published.as === null ? html`` : html` <span class="weak">${published.as}</span>`} ${verdict(page, says)}</td><td>${published.log === published.page ? html`` : html`${figure(published.log)} ${verdict(log, says)}`}</td></tr>`;
}

function figure(value: number | null): string {
  return value === null ? '' : String(value);
}

function verdict(value: Verdict | null, { verdicts }: ReportWords['published']): Html {
  return value === null ? html`` : html`${mark(value)}<span class="weak"> ${verdicts[value]}</span>`;
}

function mark(value: Verdict): Html {
  return value === 'inside' ? html`<span class="dot filled"></span>` : html`<span class="dot"></span>`;
}

function tally({ inside, compared }: Tally, what: string, says: ReportWords['published']): string {
  return compared === 0 ? says.nothing : says.tally(count(inside), count(compared), what);
}
