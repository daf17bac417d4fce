/**
 * The FP32 gate: before anything is quantised, whether model, labels and preprocessing belong together. What it found, on which evidence, and what
 * would mend it. Accuracies in percent, losses in nats.
 */
import * as v from 'valibot';
import { labelMapSchema } from './label-map';
import { evaluationSpecSchema, labelChoiceSchema, preprocessSchema } from './settings';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const pair = v.tuple([v.number(), v.number()]);

/** At most this many pictures are looked at under each hypothesis. */
export const gateImages = 200;

export const gateQuestionSchema = v.object({
  /** Model file. */
  model: v.string(),
  dataset: v.string(),
  labels: v.optional(labelChoiceSchema),
  preprocess: evaluationSpecSchema.entries.preprocess,
  labelMap: v.optional(labelMapSchema),
  /** Of the class-balanced choice of pictures; 0 when left out. */
  seed: v.optional(whole),
  /** Looks again although the answer is stored, or the set-up is the embedded sample. */
  again: v.optional(v.boolean()),
});
export type GateQuestion = Readonly<v.InferOutput<typeof gateQuestionSchema>>;

/** What a hypothesis changes. `now` is the set-up as it stands. */
export const gateAxes = ['now', 'labels', 'channels', 'normalisation', 'crop', 'interpolation'] as const;
export type GateAxis = (typeof gateAxes)[number];

/** Named value ranges and means that networks are trained with; 'own' is none of them. */
export const normalisations = ['imagenet', 'half', 'unit', 'bytes', 'clip', 'own'] as const;
export type Normalisation = (typeof normalisations)[number];

/** `fix`: adopted. `better`: as good a change, but another was better. `no-better`: looked at, not significantly better. `same`: every answer is the same. */
export const gateVerdicts = ['now', 'fix', 'better', 'no-better', 'same'] as const;

export const gateEvidenceSchema = v.object({
  axis: v.picklist(gateAxes),
  preprocess: preprocessSchema,
  labelMap: v.nullable(labelMapSchema),
  images: whole,
  top1: v.number(),
  top1Ci95: pair,
  loss: v.number(),
  lossCi95: pair,
  /** Beside the set-up that was in use then, on the pictures of both: pictures that only this one has right, only that one; what the loss falls by; `p` of the better of two one-sided tests. */
  versus: v.nullable(v.object({ images: whole, gained: whole, lost: whole, lossGain: v.number(), lossGainCi95: pair, p: v.number() })),
  verdict: v.picklist(gateVerdicts),
});
export type GateEvidence = Readonly<v.InferOutput<typeof gateEvidenceSchema>>;

const preprocessFault = <K extends 'channels' | 'normalisation' | 'crop' | 'interpolation'>(kind: K) => v.object({ kind: v.literal(kind), from: preprocessSchema, to: preprocessSchema });
const chanceFault = <K extends 'shuffled' | 'unknown-order' | 'untrained'>(kind: K) => v.object({ kind: v.literal(kind), top1: v.number(), chance: v.number(), confidence: v.number() });
const filesOf = <K extends 'duplicates' | 'broken'>(kind: K) => v.object({ kind: v.literal(kind), count: whole, files: v.array(v.string()) });
const expectation = <K extends 'below-expected' | 'above-expected'>(kind: K) => v.object({ kind: v.literal(kind), expected: v.number(), source: v.string(), interval: pair });

/** What stops an evaluation. */
export const gateFindingSchema = v.variant('kind', [
  v.object({ kind: v.literal('label-order'), labelMap: labelMapSchema }),
  v.object({ kind: v.literal('off-by-one'), labelMap: labelMapSchema }),
  /** `labelMap`: the one that fits all the same, if one does. */
  v.object({ kind: v.literal('outputs'), outputs: whole, wanted: whole, labelMap: v.nullable(labelMapSchema) }),
  preprocessFault('channels'), preprocessFault('normalisation'), preprocessFault('crop'), preprocessFault('interpolation'),
  /** No order of labels is better than chance: the answers are sure but have nothing to do with the labels; they go together in an unknown order; they are not sure. */
  chanceFault('shuffled'), chanceFault('unknown-order'), chanceFault('untrained'),
  expectation('below-expected'),
  filesOf('duplicates'), filesOf('broken'),
]);
export type GateFinding = Readonly<v.InferOutput<typeof gateFindingSchema>>;

/** What is worth knowing and stops nothing. */
export const gateRemarkSchema = v.variant('kind', [
  v.object({ kind: v.literal('fp16') }),
  v.object({ kind: v.literal('few-images'), images: whole }),
  v.object({ kind: v.literal('one-class') }),
  expectation('above-expected'),
  filesOf('duplicates'), filesOf('broken'),
]);
export type GateRemark = Readonly<v.InferOutput<typeof gateRemarkSchema>>;

/** `file`: as the data set lists it. */
export const gatePictureQuestionSchema = v.object({ model: v.string(), dataset: v.string(), labels: v.optional(labelChoiceSchema), file: v.string(), preprocess: preprocessSchema });
export type GatePictureQuestion = Readonly<v.InferOutput<typeof gatePictureQuestionSchema>>;

export const gatePictureSchema = v.object({ file: v.string(), label: v.string(), predicted: v.string(), confidence: v.number() });
export type GatePicture = Readonly<v.InferOutput<typeof gatePictureSchema>>;

export const gateReportSchema = v.object({
  model: v.object({ name: v.string(), file: v.string(), hash: v.string() }),
  dataset: v.object({ name: v.string(), root: v.string(), hash: v.string() }),
  preprocess: preprocessSchema,
  preprocessSource: v.string(),
  labelMap: v.nullable(labelMapSchema),
  seed: whole,
  images: whole,
  /** Times that a picture went through the network; 0 when nothing had to be computed. */
  passes: whole,
  /** Why nothing was computed now: the embedded sample is known, the answer was stored. */
  known: v.nullable(v.picklist(['sample', 'stored'])),
  state: v.picklist(['passed', 'fault']),
  findings: v.array(gateFindingSchema),
  remarks: v.array(gateRemarkSchema),
  /** The set-up as it stands first. */
  evidence: v.array(gateEvidenceSchema),
  /** What is said to be right of the model, and whether the measurement (with what would be mended) agrees. */
  expected: v.nullable(v.object({ top1: v.number(), source: v.string(), agrees: v.boolean() })),
  /** What to change; null when there is nothing to change or nothing that helps. */
  fix: v.nullable(v.object({ preprocess: v.nullable(preprocessSchema), labelMap: v.nullable(labelMapSchema) })),
  /** Pictures on which the network as it stands is wrong and sure of it. */
  pictures: v.array(gatePictureSchema),
});
export type GateReport = Readonly<v.InferOutput<typeof gateReportSchema>>;

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const clip = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] } as const;
const all = (value: number): readonly [number, number, number] => [value, value, value];

/** Mean and std (of 0..1) of the named normalisations. */
export const normalisationValues: Readonly<Record<Exclude<Normalisation, 'own'>, { readonly mean: readonly [number, number, number]; readonly std: readonly [number, number, number] }>> = {
  imagenet, half: { mean: all(0.5), std: all(0.5) }, unit: { mean: all(0), std: all(1) }, bytes: { mean: all(0), std: all(1 / 255) }, clip,
};

/** Which of the named normalisations a preprocessing has. */
export function normalisationOf({ mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] }): Normalisation {
  const equal = (a: readonly number[], b: readonly number[]): boolean => a.every((value, channel) => Math.abs(value - (b[channel] ?? NaN)) < 1e-4);
  return normalisations.find((name) => name !== 'own' && equal(mean, normalisationValues[name].mean) && equal(std, normalisationValues[name].std)) ?? 'own';
}
