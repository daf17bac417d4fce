/** The gate's findings, hypotheses and orders of labels in the window's language. */
import { useI18n } from 'vue-i18n';
import { assertNever } from '../../../shared/assert-never';
import { normalisationOf, type GateEvidence, type GateFinding, type GateRemark, type GateReport } from '../../../shared/gate';
import type { LabelMapId } from '../../../shared/label-map';
import type { Preprocess } from '../../../shared/settings';
import { useFormat } from './use-format';

export interface GateWords {
  finding(finding: GateFinding): string;
  remark(remark: GateRemark): string;
  hypothesis(row: Pick<GateEvidence, 'axis' | 'preprocess' | 'labelMap'>): string;
  labelMap(id: LabelMapId): string;
  verdict(report: GateReport): string;
}

export function useGateWords(): GateWords {
  const { t } = useI18n();
  const format = useFormat();
  const percent = (value: number, digits: number): string => `${format.percent(value, digits)} %`;
  const interval = (bounds: readonly [number, number]): string => `${format.interval(bounds)} %`;
  const norm = (preprocess: Preprocess): string => {
    const name = normalisationOf(preprocess);
    return name === 'own' ? [...preprocess.mean, ...preprocess.std].map((value) => format.significant(value, 3)).join(' ') : t(`gate.norms.${name}`);
  };
  const crop = ({ cropPct, resize }: Preprocess): string => (resize === 'squash' ? t('gate.squashed') : t('gate.crop', { share: format.significant(cropPct, 3) }));
  const channels = (preprocess: Preprocess): string => t(preprocess.channels === 'bgr' ? 'gate.bgr' : 'gate.rgb');
  const labelMap = (id: LabelMapId): string => t(`gate.labelMaps.${id}`);
  const files = ({ count, files: named }: { readonly count: number; readonly files: readonly string[] }): { count: string; files: string } => ({ count: format.count(count), files: named.join(', ') });
  return {
    labelMap,
    finding: (finding) => {
      switch (finding.kind) {
        case 'label-order': case 'off-by-one': return t(`gate.findings.${finding.kind}`, { map: labelMap(finding.labelMap) });
        case 'outputs': {
          const counts = { outputs: format.count(finding.outputs), wanted: format.count(finding.wanted) };
          return finding.labelMap === null ? t('gate.findings.outputs', counts) : t('gate.findings.outputsFit', { ...counts, map: labelMap(finding.labelMap) });
        }
        case 'channels': return t('gate.findings.channels', { from: channels(finding.from), to: channels(finding.to) });
        case 'normalisation': return t('gate.findings.normalisation', { from: norm(finding.from), to: norm(finding.to) });
        case 'crop': return t('gate.findings.crop', { from: crop(finding.from), to: crop(finding.to) });
        case 'interpolation': return t('gate.findings.interpolation', { from: t(`gate.interpolations.${finding.from.interpolation}`), to: t(`gate.interpolations.${finding.to.interpolation}`) });
        case 'shuffled': case 'unknown-order': case 'untrained':
          return t(`gate.findings.${finding.kind}`, { top1: percent(finding.top1, 1), chance: percent(finding.chance, 1), confidence: percent(finding.confidence, 0) });
        case 'below-expected': return t('gate.findings.below-expected', { expected: percent(finding.expected, 2), source: finding.source, interval: interval(finding.interval) });
        case 'duplicates': case 'broken': return t(`gate.findings.${finding.kind}`, files(finding));
        default: return assertNever(finding, 'finding of the gate');
      }
    },
    remark: (remark) => {
      switch (remark.kind) {
        case 'fp16': case 'one-class': return t(`gate.remarks.${remark.kind}`);
        case 'few-images': return t('gate.remarks.few-images', { images: format.count(remark.images) });
        case 'above-expected': return t('gate.remarks.above-expected', { expected: percent(remark.expected, 2), source: remark.source, interval: interval(remark.interval) });
        case 'duplicates': case 'broken': return t(`gate.remarks.${remark.kind}`, files(remark));
        default: return assertNever(remark, 'remark of the gate');
      }
    },
    hypothesis: ({ axis, preprocess, labelMap: id }) => {
      switch (axis) {
        case 'now': return t('gate.asItStands');
        case 'labels': return t('gate.hypotheses.labels', { map: labelMap(id ?? 'as-listed') });
        case 'channels': return t('gate.hypotheses.channels', { order: channels(preprocess) });
        case 'normalisation': return t('gate.hypotheses.normalisation', { norm: norm(preprocess) });
        case 'crop': return t('gate.hypotheses.crop', { crop: crop(preprocess) });
        case 'interpolation': return t('gate.hypotheses.interpolation', { name: t(`gate.interpolations.${preprocess.interpolation}`) });
        default: return assertNever(axis, 'axis of the gate');
      }
    },
    verdict: ({ state, known, images, findings, fix }) => {
      if (state === 'fault') return fix === null ? t('gate.verdicts.fault', findings.length) : t('gate.verdicts.mendable', findings.length);
      return known === 'sample' ? t('gate.verdicts.sample') : t('gate.verdicts.passed', { images: format.count(images) });
    },
  };
}
