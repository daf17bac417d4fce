/** One chosen run in the report: what it was made with, what it is held against, where its error arises, which levels it uses, which images it moved. */
import { schemeName, variableTheme } from '../charts/chart-theme';
import { renderSvg } from '../charts/render-svg';
import { siteErrorOption } from '../charts/site-error-option';
import type { FlipRow } from '../shared/images';
import type { SiteErrors } from '../shared/layers';
import type { DatasetRecord, RunRecord } from '../shared/records';
import type { ReportRun } from '../shared/report';
import { count, interval, percent, seconds } from './figures';
import { html, type Html } from './html';
import { pairTable } from './pair-table';

const chartWidth = 992;
const worstSites = 12;

/** @param place number of the section, for its anchor */
export function runSection(report: ReportRun, place: number, dataset: DatasetRecord | null): Html {
  const { run, against, paired, errors, levels, flips } = report;
  return html`<section class="run" id="run-${place}"><h2>${run.modelName}, ${runTitle(run)}</h2>
<p class="big">${percent(run.top1)} %${run.top1Ci95 === null ? html`` : html` <span class="weak">${interval(run.top1Ci95, percent)}, ${count(run.images)} of ${count(run.total)} images</span>`}</p>
<dl>${settingsOf(run).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${paired === null || against === null ? html`` : html`<h3>On the same images as ${runTitle(against)}</h3>${pairTable([{ paired, name: `${runTitle(run)} − ${runTitle(against)}` }])}`}
${errors === null ? html`<p class="weak">Errors of the sites were not computed for this run: open it on the Layers page and report again.</p>` : siteErrors(errors, run)}
${levels.length === 0 ? html`` : levelUsage(levels)}
${flips === null ? html`` : html`<h3>Images that changed sides</h3>
<p>${count(flips.counts.lost)} lost, ${count(flips.counts.gained)} gained, ${count(flips.counts.changed)} changed from one wrong class to another, of ${count(flips.counts.common)} images.</p>
${flipTable('Lost', 'those whose answer fell farthest', flips.lost, dataset)}${flipTable('Gained', 'those that are surest now', flips.gained, dataset)}`}</section>`;
}

/** "BitLog2_Half_17 W4A4, integer, seed 1, 2 overrides". */
export function runTitle({ settings }: RunRecord): string {
  const { arithmetic, scheme, wBits, aBits, seed, overrides } = settings;
  if (arithmetic === 'fp32') return 'FP32';
  const exceptions = Object.keys(overrides ?? {}).length;
  return [
    `${schemeName(scheme) === 'FP32' ? 'no map quantiser' : scheme} W${wBits}A${aBits}`,
    ...(arithmetic === 'reference' ? [] : [arithmetic]), ...(seed === 0 ? [] : [`seed ${seed}`]),
    ...(exceptions === 0 ? [] : [`${exceptions} ${exceptions === 1 ? 'override' : 'overrides'}`]),
  ].join(', ');
}

function settingsOf({ id, settings, state, skipped, top5, loss, seconds: took, exact, fallbacks, created }: RunRecord): [string, string][] {
  const quantised = settings.arithmetic !== 'fp32';
  const { preprocess } = settings;
  return [
    ['State', `${state}${skipped > 0 ? `, ${count(skipped)} images skipped` : ''}`],
    ['Top-5, loss', `${percent(top5)} %, ${loss === null ? '–' : `${loss.toFixed(4)} nats`}`],
    ['Arithmetic', settings.arithmetic === 'integer' ? `integer${exact === true ? ', every product shown to be exact' : fallbacks.length > 0 ? `, ${count(fallbacks.length)} sites in reference arithmetic` : ''}` : settings.arithmetic],
    ...(quantised ? [['Calibration', `${count(settings.calibrationImages)} images, ${settings.calibrationList === null ? `drawn as the reference does with seed ${settings.seed}` : 'chosen by hand'}`] satisfies [string, string]] : []),
    ...Object.entries(settings.overrides ?? {}).map(([pattern, value]): [string, string] => ['Override', `${pattern} = ${String(value)}`]),
    ['Batch size', String(settings.batch)],
    ['Preprocessing', `mean ${preprocess.mean.join(' ')}, std ${preprocess.std.join(' ')}, crop ${preprocess.cropPct}, ${preprocess.interpolation}`],
    ['Time', `calibration ${seconds(took.calibration)}, evaluation ${seconds(took.evaluation)}`],
    ['Started', created],
    ['Run', id],
  ];
}

function siteErrors(errors: SiteErrors, run: RunRecord): Html {
  const svg = renderSvg(siteErrorOption(errors, run.settings.scheme, variableTheme), { width: chartWidth, height: 220 });
  const worst = [...errors.sites].sort((a, b) => (b.local?.relativeL2 ?? 0) - (a.local?.relativeL2 ?? 0)).slice(0, worstSites);
  const figure = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : value.toPrecision(3));
  const decibel = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : value.toFixed(1));
  return html`<h3>Where the error arises</h3>
<figure>${{ html: svg }}<figcaption>Sites in network order, numbers are blocks; over ${count(errors.images)} images.</figcaption></figure>
<div class="scroll"><table><caption>The ${count(worst.length)} sites with the largest error of their own, of ${count(errors.sites.length)}.</caption>
<thead><tr><th scope="col">Site</th><th scope="col">Alone: rel. L2</th><th scope="col">SQNR, dB</th><th scope="col">Cosine</th><th scope="col">Weights</th><th scope="col">Activations</th><th scope="col">Map</th><th scope="col">With all before: rel. L2</th></tr></thead>
<tbody>${worst.map(({ site, local, cumulative, weights, activations, attention }) => html`<tr><th scope="row">${site}</th><td>${figure(local?.relativeL2)}</td><td>${decibel(local?.sqnrDb)}</td><td>${local === null ? '–' : local.cosine.toFixed(5)}</td>
<td>${figure(weights?.relativeL2)}</td><td>${figure(activations?.relativeL2)}</td><td>${figure(attention?.relativeL2)}</td><td>${figure(cumulative.relativeL2)}</td></tr>`)}</tbody></table></div>`;
}

/** Blocks x codes: the darker a field, the more of the map's elements have this code; 0 is a dead code. */
function levelUsage(levels: ReportRun['levels']): Html {
  const codes = Math.max(...levels.map(({ counts }) => counts.length));
  const share = (counts: readonly number[], code: number): number => (counts[code] ?? 0) / Math.max(1, counts.reduce((sum, value) => sum + value, 0));
  const cell = (counts: readonly number[], code: number): Html => {
    const value = share(counts, code);
    return html`<td class="share" style="background: color-mix(in srgb, var(--sqrt2-17) ${Math.round(Math.sqrt(value) * 70)}%, transparent)">${value === 0 ? '·' : value < 0.0005 ? '<0.1' : (100 * value).toFixed(value < 0.0995 ? 1 : 0)}</td>`;
  };
  return html`<h3>Levels in use</h3><div class="scroll"><table class="levels"><caption>Percent of the attention map’s elements that each code was given, all heads of a block together. Code 0 is zero, the last code the largest level; a dot is a code that was never used.</caption>
<thead><tr><th scope="col">Block</th>${Array.from({ length: codes }, (_, code) => html`<th scope="col">${code}</th>`)}</tr></thead>
<tbody>${levels.map(({ block, counts }) => html`<tr><th scope="row">${block}</th>${Array.from({ length: codes }, (_, code) => cell(counts, code))}</tr>`)}</tbody></table></div>`;
}

function flipTable(title: string, which: string, rows: readonly FlipRow[], dataset: DatasetRecord | null): Html {
  if (rows.length === 0) return html``;
  const names = new Map((dataset?.classes ?? []).map((entry) => [entry.label, entry.name]));
  const name = (label: number | undefined): string => (label === undefined ? '–' : names.get(label) ?? String(label));
  return html`<div class="scroll"><table><caption>${title}: ${which}.</caption>
<thead><tr><th scope="col">Image</th><th scope="col">Label</th><th scope="col">Before</th><th scope="col">Margin</th><th scope="col">After</th><th scope="col">Margin</th></tr></thead>
<tbody>${rows.map(({ file, label, run, baseline }) => html`<tr><th scope="row">${file}</th><td>${name(label)}</td><td>${name(baseline?.top5[0])}</td><td>${baseline === null ? '–' : baseline.margin.toFixed(2)}</td><td>${name(run.top5[0])}</td><td>${run.margin.toFixed(2)}</td></tr>`)}</tbody></table></div>`;
}
