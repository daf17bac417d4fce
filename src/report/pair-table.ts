/** Runs held against each other on the images both have. */
import type { PairedResult } from '../shared/records';
import { count, interval, points, pValue } from './figures';
import { html, type Html } from './html';
import type { ReportWords } from './words';

export interface NamedPair {
  readonly paired: PairedResult;
  /** "A − B". */
  readonly name: string;
}

export function pairTable(pairs: readonly NamedPair[], { pairs: says }: ReportWords): Html {
  const holm = pairs.length > 1;
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">${says.difference}</th><th scope="col">${says.images}</th><th scope="col">${says.points}<br>${says.interval}</th><th scope="col">p${holm ? html`<br>(Holm)` : html``}</th><th scope="col">${says.sides}</th><th scope="col">${says.needed}</th></tr></thead>
<tbody>${pairs.map(({ name, paired }) => html`<tr><th scope="row">${name}</th><td>${count(paired.images)}</td><td>${points(paired.difference)}<br><span class="weak">${interval(paired.ci95, points)}</span></td>
<td>${pValue(paired.mcnemarP)}${holm ? html`<br><span class="weak">${pValue(paired.holmP)}</span>` : html``}</td><td>${count(paired.lost)} / ${count(paired.gained)} / ${count(paired.changed)}</td><td>${paired.imagesNeeded === null ? '–' : count(paired.imagesNeeded)}</td></tr>`)}</tbody></table></div>`;
}
