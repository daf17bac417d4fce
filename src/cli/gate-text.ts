/** The gate's report for a person at a terminal. */
import { englishSetup } from '../report/setup-words';
import { normalisationOf, type GateEvidence, type GateFinding, type GateRemark, type GateReport } from '../shared/gate';
import type { LabelMapId } from '../shared/label-map';
import type { Preprocess } from '../shared/settings';
import { textTable } from './text-table';

/** Verdict, evidence, and what to do. */
export function gateText(report: GateReport): string {
  const { model, dataset, findings, remarks, evidence, images, known } = report;
  const head = `${model.name} on ${dataset.name}: ${report.state === 'passed' ? 'passed' : 'FAULT'}${known === 'sample' ? ' (the embedded sample, known to be right)' : ` (${images} images${known === 'stored' ? ', stored answer' : ''})`}\n`;
  const lines = [...findings.map((finding) => `  fault:   ${findingText(finding)}\n`), ...remarks.map((remark) => `  note:    ${remarkText(remark)}\n`)];
  const expected = report.expected === null ? '' : `  said:    ${report.expected.top1.toFixed(2)} % by ${report.expected.source}, which the measurement ${report.expected.agrees ? 'agrees with' : 'does not agree with'}\n`;
  const table = evidence.length === 0 ? '' : `\n${textTable([['hypothesis', 'images', 'top-1 %', '95 %', 'loss', 'gained/lost', 'p', ''], ...evidence.map(row)])}\n`;
  const fix = fixOptions(report);
  return `${head}${inUse(report)}${lines.join('')}${expected}${table}${fix === null ? '' : `  next:    ${fix}\n`}`;
}

/** What was looked at: how pictures were prepared and by whose word, and how labels were mapped. */
function inUse({ preprocess, preprocessSource, labelMap }: GateReport): string {
  return `  pixels:  ${preprocessOption(preprocess)}, ${preprocessSource}\n${labelMap === null ? '' : `  labels:  ${labelMap}: ${labelMapText(labelMap)}\n`}`;
}

/** The options of `eval` and `check` that mend it; null when there is nothing to mend it with. */
export function fixOptions({ fix }: GateReport): string | null {
  if (fix === null) return null;
  return [...(fix.preprocess === null ? [] : [`--preprocess '${preprocessOption(fix.preprocess)}'`]), ...(fix.labelMap === null ? [] : [`--label-map ${fix.labelMap}`])].join(' ');
}

function preprocessOption({ mean, std, cropPct, interpolation, ...rest }: Preprocess): string {
  return JSON.stringify({ mean, std, crop_pct: cropPct, interpolation, ...rest });
}

function row({ axis, preprocess, labelMap, images, top1, top1Ci95: [low, high], loss, versus, verdict }: GateEvidence): string[] {
  return [
    hypothesisText(axis, preprocess, labelMap), String(images), top1.toFixed(1), `${low.toFixed(1)}..${high.toFixed(1)}`, loss.toFixed(3),
    versus === null ? '' : `${versus.gained}/${versus.lost}`, versus === null ? '' : versus.p < 0.001 ? versus.p.toExponential(0) : versus.p.toFixed(3),
    { now: 'as it stands', fix: 'THIS FITS', better: 'better too', 'no-better': '', same: 'same pixels' }[verdict],
  ];
}

/** What one row of the evidence changes. */
export function hypothesisText(axis: GateEvidence['axis'], preprocess: Preprocess, labelMap: LabelMapId | null): string {
  switch (axis) {
    case 'now': return labelMap === null ? 'now' : `now (labels ${labelMap})`;
    case 'labels': return `labels ${labelMap ?? 'as-listed'}`;
    case 'channels': return preprocess.channels === 'bgr' ? 'channels BGR' : 'channels RGB';
    case 'normalisation': return `mean/std ${normalisationText(preprocess)}`;
    case 'crop': return cropText(preprocess);
    case 'interpolation': return `resize ${preprocess.interpolation}`;
  }
}

function normalisationText(preprocess: Preprocess): string {
  const names = { imagenet: 'of ImageNet', half: '0.5 (-1..1)', unit: 'none (0..1)', bytes: 'none (0..255)', clip: 'of CLIP', own: `${preprocess.mean.join(' ')} / ${preprocess.std.join(' ')}` };
  return names[normalisationOf(preprocess)];
}

function cropText({ cropPct, resize }: Preprocess): string {
  return resize === 'squash' ? 'crop none (squashed)' : `crop ${cropPct}`;
}

/** One sentence per fault. */
export function findingText(finding: GateFinding): string {
  switch (finding.kind) {
    case 'label-order': return `the labels are in another order than the outputs: ${labelMapText(finding.labelMap)}`;
    case 'off-by-one': return `the labels are off by one: ${labelMapText(finding.labelMap)}`;
    case 'outputs': return `the model has ${finding.outputs} outputs where the labels want ${finding.wanted}${finding.labelMap === null ? '; none of the known orders fits' : `; they fit like this: ${labelMapText(finding.labelMap)}`}`;
    case 'channels': return `the network takes ${finding.to.channels === 'bgr' ? 'blue first (BGR), and is given red first' : 'red first (RGB), and is given blue first'}`;
    case 'normalisation': return `mean and std are not those of the network: it is given ${normalisationText(finding.from)}, it fits ${normalisationText(finding.to)}`;
    case 'crop': return `the pictures are cut otherwise than the network expects: ${cropText(finding.from)} instead of ${cropText(finding.to)}`;
    case 'interpolation': return `the pictures are resized otherwise than the network expects: ${finding.from.interpolation} instead of ${finding.to.interpolation}`;
    case 'shuffled': return `the labels have nothing to do with the pictures: top-1 ${finding.top1.toFixed(1)} % (chance ${finding.chance.toFixed(1)} %) under every order, although the network is sure (${finding.confidence.toFixed(0)} % on average). Is the list shuffled, or of another data set? Are the weights trained?`;
    case 'unknown-order': return `pictures of one class get the same answer, but not the one of their label, under no known order (top-1 ${finding.top1.toFixed(1)} %, chance ${finding.chance.toFixed(1)} %): the model counts other classes, or counts them otherwise`;
    case 'untrained': return `the answers are guesses: top-1 ${finding.top1.toFixed(1)} % (chance ${finding.chance.toFixed(1)} %) under every hypothesis, and the network is not sure of them. Are these trained weights?`;
    case 'below-expected': return `top-1 should be ${finding.expected.toFixed(2)} % (${finding.source}), the measured interval is ${interval(finding.interval)}, and no known fault explains it`;
    case 'duplicates': return `${finding.count} of the pictures are copies of others: ${finding.files.join(', ')}`;
    case 'broken': return `${finding.count} of the pictures cannot be read: ${finding.files.join(', ')}`;
  }
}

function remarkText(remark: GateRemark): string {
  switch (remark.kind) {
    case 'fp16': return 'the model file holds FP16 weights; they are widened to FP32';
    case 'few-images': return `${remark.images} images are few: only gross faults show`;
    case 'one-class': return 'all pictures are of one class: orders of labels cannot be told apart';
    case 'above-expected': return `better than expected: ${remark.expected.toFixed(2)} % (${remark.source}), measured ${interval(remark.interval)}. Other weights, or pictures that it was trained on?`;
    case 'duplicates': return `copies of other pictures: ${remark.files.join(', ')}`;
    case 'broken': return `cannot be read: ${remark.files.join(', ')}`;
  }
}

function interval([low, high]: readonly [number, number]): string {
  return `${low.toFixed(1)}..${high.toFixed(1)} %`;
}

/** What a map of labels comes to. */
export function labelMapText(id: LabelMapId): string {
  // A terminal gets the signs of a keyboard.
  return englishSetup.labelMaps[id].replaceAll('−', '-').replaceAll('’', '\'');
}
