/** One chosen run in the report: what it was made with, what it is held against, where its error arises, which levels it uses, which images it moved. */
import { schemeName, variableTheme } from '../charts/chart-theme';
import { renderSvg } from '../charts/render-svg';
import { siteErrorOption } from '../charts/site-error-option';
import type { FlipRow } from '../shared/images';
import type { SiteErrors } from '../shared/layers';
import type { RunRecord } from '../shared/records';
import type { ReportRun } from '../shared/report';
import type { Preprocess } from '../shared/settings';
import { count, interval, percent, seconds } from './figures';
import { html, type Html } from './html';
import { pairTable } from './pair-table';
import { labelMapping, preprocessExtras } from './setup-words';
import type { ReportWords } from './words';

const chartWidth = 992;
const worstSites = 12;

/** @param place number of the section, for its anchor */
export function runSection(report: ReportRun, place: number, words: ReportWords): Html {
  const says = words.run;
  const { run, against, paired, errors, levels, flips, classNames } = report;
  return html`<section class="run" id="run-${place}"><h2>${run.modelName}, ${runTitle(run, words)}</h2>
<p class="big">${percent(run.top1)} %${run.top1Ci95 === null ? html`` : html` <span class="weak">${interval(run.top1Ci95, percent)}, ${says.ofImages(count(run.images), count(run.total))}</span>`}</p>
<dl>${settingsOf(run, words).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${paired === null || against === null ? html`` : html`<h3>${says.sameImages(runTitle(against, words))}</h3>${pairTable([{ paired, name: `${runTitle(run, words)} − ${runTitle(against, words)}` }], words)}`}
${errors === null ? html`<p class="weak">${says.noErrors}</p>` : siteErrors(errors, run, words)}
${levels.length === 0 ? html`` : levelUsage(levels, says)}
${flips === null ? html`` : html`<h3>${says.flipsTitle}</h3>
<p>${says.flips(count(flips.counts.lost), count(flips.counts.gained), count(flips.counts.changed), count(flips.counts.common))}</p>
${flipTable(says.lost, flips.lost, classNames, says)}${flipTable(says.gained, flips.gained, classNames, says)}`}</section>`;
}

/** "BitLog2_Half_17 W4A4, integer, seed 1, 2 overrides". */
export function runTitle({ settings }: RunRecord, { run, arithmetics }: ReportWords): string {
  const { arithmetic, scheme, wBits, aBits, seed, overrides } = settings;
  if (arithmetic === 'fp32') return 'FP32';
  const exceptions = Object.keys(overrides ?? {}).length;
  return [
    `${schemeName(scheme) === 'FP32' ? run.noMap : scheme} W${wBits}A${aBits}`,
    ...(arithmetic === 'reference' ? [] : [arithmetics[arithmetic]]), ...(seed === 0 ? [] : [run.seed(seed)]),
    ...(exceptions === 0 ? [] : [run.overrides(exceptions)]),
  ].join(', ');
}

function settingsOf({ id, settings, state, skipped, top5, loss, seconds: took, exact, fallbacks, created }: RunRecord, words: ReportWords): [string, string][] {
  const { facts: says, arithmetics, states } = words;
  const quantised = settings.arithmetic !== 'fp32';
  const mapping = labelMapping(settings, words.setup);
  return [
    [says.state, `${states[state]}${skipped > 0 ? `, ${says.skipped(count(skipped))}` : ''}`],
    [says.topLoss, `${percent(top5)} %, ${loss === null ? '–' : `${loss.toFixed(4)} nats`}`],
    [says.arithmetic, settings.arithmetic === 'integer' ? `${arithmetics.integer}${exact === true ? `, ${words.allExact}` : fallbacks.length > 0 ? `, ${words.inReference(count(fallbacks.length))}` : ''}` : arithmetics[settings.arithmetic]],
    ...(quantised ? [[says.calibration, settings.calibrationList === null ? says.calibrationSays(count(settings.calibrationImages), false, String(settings.seed)) : says.calibrationChosen(count(settings.calibrationImages))] satisfies [string, string]] : []),
    ...Object.entries(settings.overrides ?? {}).map(([pattern, value]): [string, string] => [says.override, `${pattern} = ${String(value)}`]),
    [says.batch, String(settings.batch)],
    [says.preprocess, preprocessText(settings.preprocess, words)],
    ...(mapping === null ? [] : [[words.setup.labels, mapping] satisfies [string, string]]),
    ...(settings.imageList === null ? [] : [[words.setup.images, words.setup.chosenImages] satisfies [string, string]]),
    [says.time, says.timeOfRun(seconds(took.calibration), seconds(took.evaluation))],
    [says.started, created],
    [says.run, id],
  ];
}

export function preprocessText(preprocess: Preprocess, { facts, setup }: ReportWords): string {
  const { mean, std, cropPct, interpolation } = preprocess;
  return [facts.preprocessSays(mean.join(' '), std.join(' '), cropPct, interpolation), ...preprocessExtras(preprocess, setup)].join(', ');
}

function siteErrors(errors: SiteErrors, run: RunRecord, { run: says, sites: chart }: ReportWords): Html {
  const svg = renderSvg(siteErrorOption(errors, run.settings.scheme, variableTheme, chart), { width: chartWidth, height: 220 });
  const worst = [...errors.sites].sort((a, b) => (b.local?.relativeL2 ?? 0) - (a.local?.relativeL2 ?? 0)).slice(0, worstSites);
  const figure = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : value.toPrecision(3));
  const decibel = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : value.toFixed(1));
  return html`<h3>${says.errorsTitle}</h3>
<figure>${{ html: svg }}<figcaption>${says.errorsCaption(count(errors.images))}</figcaption></figure>
<div class="scroll"><table><caption>${says.worstCaption(count(worst.length), count(errors.sites.length))}</caption>
<thead><tr><th scope="col">${says.site}</th><th scope="col">${says.alone}</th><th scope="col">SQNR, dB</th><th scope="col">${says.cosine}</th><th scope="col">${says.weights}</th><th scope="col">${says.activations}</th><th scope="col">${says.map}</th><th scope="col">${says.cumulative}</th></tr></thead>
<tbody>${worst.map(({ site, local, cumulative, weights, activations, attention }) => html`<tr><th scope="row">${site}</th><td>${figure(local?.relativeL2)}</td><td>${decibel(local?.sqnrDb)}</td><td>${local === null ? '–' : local.cosine.toFixed(5)}</td>
<td>${figure(weights?.relativeL2)}</td><td>${figure(activations?.relativeL2)}</td><td>${figure(attention?.relativeL2)}</td><td>${figure(cumulative.relativeL2)}</td></tr>`)}</tbody></table></div>`;
}

/** Blocks x codes: the darker a field, the more of the map's elements have this code; 0 is a dead code. */
function levelUsage(levels: ReportRun['levels'], says: ReportWords['run']): Html {
  const codes = Math.max(...levels.map(({ counts }) => counts.length));
  const share = (counts: readonly number[], code: number): number => (counts[code] ?? 0) / Math.max(1, counts.reduce((sum, value) => sum + value, 0));
  const cell = (counts: readonly number[], code: number): Html => {
    const value = share(counts, code);
    return html`<td class="share" style="background: color-mix(in srgb, var(--sqrt2-17) ${Math.round(Math.sqrt(value) * 70)}%, transparent)">${value === 0 ? '·' : value < 0.0005 ? '<0.1' : (100 * value).toFixed(value < 0.0995 ? 1 : 0)}</td>`;
  };
  return html`<h3>${says.levelsTitle}</h3><div class="scroll"><table class="levels"><caption>${says.levelsCaption}</caption>
<thead><tr><th scope="col">${says.block}</th>${Array.from({ length: codes }, (_, code) => html`<th scope="col">${code}</th>`)}</tr></thead>
<tbody>${levels.map(({ block, counts }) => html`<tr><th scope="row">${block}</th>${Array.from({ length: codes }, (_, code) => cell(counts, code))}</tr>`)}</tbody></table></div>`;
}

function flipTable(title: string, rows: readonly FlipRow[], names: ReportRun['classNames'], says: ReportWords['run']): Html {
  if (rows.length === 0) return html``;
  const name = (output: number | undefined): string => (output === undefined ? '–' : names[output] ?? String(output));
  return html`<div class="scroll"><table><caption>${title}</caption>
<thead><tr><th scope="col">${says.image}</th><th scope="col">${says.label}</th><th scope="col">${says.before}</th><th scope="col">${says.margin}</th><th scope="col">${says.after}</th><th scope="col">${says.margin}</th></tr></thead>
<tbody>${rows.map(({ file, label, run, baseline }) => html`<tr><th scope="row">${file}</th><td>${name(label)}</td><td>${name(baseline?.top5[0])}</td><td>${baseline === null ? '–' : baseline.margin.toFixed(2)}</td><td>${name(run.top5[0])}</td><td>${run.margin.toFixed(2)}</td></tr>`)}</tbody></table></div>`;
}
