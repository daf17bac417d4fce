/** Reports of the gate as tests of the command line and the window show them. */
import * as v from 'valibot';
import { gateReportSchema, type GateReport } from '../../src/shared/gate';
import type { Preprocess } from '../../src/shared/settings';

const preprocess: Preprocess = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], cropPct: 0.9, interpolation: 'bicubic' };
const half: Preprocess = { ...preprocess, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

export function passedReport(file = '/models/tiny.onnx', change: Partial<GateReport> = {}): GateReport {
  return v.parse(gateReportSchema, {
    model: { name: 'tiny', file, hash: 'hash-of-tiny' }, dataset: { name: 'Small ImageNet', root: '/data/small', hash: 'hash-of-small' },
    preprocess, preprocessSource: 'preset swin, by the file\'s name', labelMap: null, seed: 0, images: 200, passes: 632, known: null, state: 'passed', findings: [], remarks: [],
    evidence: [{ axis: 'now', preprocess, labelMap: null, images: 200, top1: 88.5, top1Ci95: [83.3, 92.2], loss: 0.353, lossCi95: [0.26, 0.45], versus: null, verdict: 'now' }],
    expected: { top1: 88.6, source: 'tiny.md', agrees: true }, fix: null, pictures: [], ...change,
  });
}

/** Labels counted from 1 and mean and std of another family: both are mended by what is offered. */
export function faultReport(file = '/models/tiny.onnx', change: Partial<GateReport> = {}): GateReport {
  const versus = (gained: number, lost: number, lossGain: number, p: number): GateReport['evidence'][number]['versus'] => ({ images: 200, gained, lost, lossGain, lossGainCi95: [lossGain - 0.4, lossGain + 0.4], p });
  return passedReport(file, {
    state: 'fault', findings: [{ kind: 'off-by-one', labelMap: 'minus-one' }, { kind: 'normalisation', from: preprocess, to: half }], remarks: [{ kind: 'fp16' }],
    fix: { preprocess: half, labelMap: 'minus-one' }, expected: null,
    evidence: [
      { axis: 'now', preprocess, labelMap: null, images: 200, top1: 0, top1Ci95: [0, 1.9], loss: 98.2, lossCi95: [97.1, 99.3], versus: null, verdict: 'now' },
      { axis: 'labels', preprocess, labelMap: 'minus-one', images: 200, top1: 76, top1Ci95: [69.6, 81.4], loss: 0.737, lossCi95: [0.6, 0.88], versus: versus(152, 0, 97.5, 1e-40), verdict: 'fix' },
      { axis: 'channels', preprocess: { ...preprocess, channels: 'bgr' }, labelMap: 'minus-one', images: 48, top1: 58.3, top1Ci95: [44.3, 71.2], loss: 1.2, lossCi95: [0.9, 1.5], versus: versus(1, 9, -0.4, 1), verdict: 'no-better' },
      { axis: 'normalisation', preprocess: half, labelMap: 'minus-one', images: 200, top1: 89.5, top1Ci95: [84.5, 93], loss: 0.353, lossCi95: [0.26, 0.45], versus: versus(30, 3, 0.38, 1e-6), verdict: 'fix' },
      { axis: 'crop', preprocess: { ...preprocess, cropPct: 1, resize: 'squash' }, labelMap: 'minus-one', images: 48, top1: 75, top1Ci95: [61.2, 85.1], loss: 0.74, lossCi95: [0.5, 1], versus: versus(0, 0, 0, 1), verdict: 'same' },
    ],
    pictures: [{ file: 'val/a.png', label: 'tench', predicted: 'goldfish', confidence: 99.4 }],
    ...change,
  });
}
