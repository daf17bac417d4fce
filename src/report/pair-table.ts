/** Runs held against each other on the images both have. */
import type { PairedResult } from '../shared/records';
import { count, interval, points, pValue } from './figures';
import { html, type Html } from './html';

export interface NamedPair {
  readonly paired: PairedResult;
  /** "A − B". */
  readonly name: string;
}

export function pairTable(pairs: readonly NamedPair[]): Html {
  const holm = pairs.length > 1;
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">Difference of</th><th scope="col">Images</th><th scope="col">Points<br>95 % interval</th><th scope="col">p${holm ? html`<br>(Holm)` : html``}</th><th scope="col">Lost / gained / changed</th><th scope="col">Images needed to tell them apart</th></tr></thead>
<tbody>${pairs.map(({ name, paired }) => html`<tr><th scope="row">${name}</th><td>${count(paired.images)}</td><td>${points(paired.difference)}<br><span class="weak">${interval(paired.ci95, points)}</span></td>
<td>${pValue(paired.mcnemarP)}${holm ? html`<br><span class="weak">${pValue(paired.holmP)}</span>` : html``}</td><td>${count(paired.lost)} / ${count(paired.gained)} / ${count(paired.changed)}</td><td>${paired.imagesNeeded === null ? '–' : count(paired.imagesNeeded)}</td></tr>`)}</tbody></table></div>`;
}
