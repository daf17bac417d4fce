/** What the calibration page shows of a run: the pictures it was calibrated on, what they gave, and what other draws would have given. */
import * as v from 'valibot';
import { analysisProgressSchema } from './analysis';
import { failureSchema } from './failure';
import { runStates, skippedImageSchema } from './records';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const interval = v.strictTuple([v.number(), v.number()]);

/** Seeds of one `calibration.redraw`. */
export const redrawSeedsSchema = v.pipe(v.array(whole), v.minLength(1), v.maxLength(64));

export const calibrationPictureSchema = v.object({
  position: whole,
  /** Relative to the data set. */
  file: v.string(),
  /** Null when its folder is no class of the data set any more. */
  label: v.nullable(v.number()),
  /** 'skipped': calibration could not read it. 'missing': it is not on the disk now, whatever it was then. */
  state: v.picklist(['used', 'skipped', 'missing']),
  /** Why it was skipped: one of the skip reasons, and what was found. */
  reason: v.nullable(v.string()),
  detail: v.nullable(v.string()),
});
export type CalibrationPicture = Readonly<v.InferOutput<typeof calibrationPictureSchema>>;

/** One quantiser: its parameters, and the values that its codes stand for. */
export const operandCalibrationSchema = v.object({
  site: v.string(),
  /** `input`, `weight`, `A`, `B`; `A#3` for a further quantiser of a map, which head 3 is the first to use. */
  operand: v.string(),
  /** Of an attention map those of its scheme. */
  bits: v.number(),
  /** The log scheme of an attention map; null for uniform quantisers. */
  scheme: v.nullable(v.string()),
  /** One value, or one per channel. */
  delta: v.array(v.number()),
  /** As long as `delta`; null for attention maps. Fractional behind a reparameterised LayerNorm in reference arithmetic. */
  zeroPoint: v.nullable(v.array(v.number())),
  /** Smallest and largest value that a code stands for, over all channels. */
  low: v.number(),
  high: v.number(),
});
export type OperandCalibration = Readonly<v.InferOutput<typeof operandCalibrationSchema>>;

/** What the scale reparameterisation of RepQ-ViT made of a channel-wise quantiser. All arrays have one entry per channel. */
export const reparameterisationSchema = v.object({
  site: v.string(),
  layerNorm: v.string(),
  delta: v.array(v.number()),
  zeroPoint: v.array(v.number()),
  /** r: the channel's delta over their mean. 1 for channels that are one constant. */
  factor: v.array(v.number()),
});
export type ReparameterisationRecord = Readonly<v.InferOutput<typeof reparameterisationSchema>>;

export const calibrationSchema = v.object({
  runId: v.string(),
  /** 'float': an FP32 run has nothing to calibrate. 'waiting': not calibrated yet. */
  state: v.picklist(['float', 'waiting', 'calibrated']),
  /** The reference's draw by seed, or pictures that a person chose. */
  source: v.picklist(['draw', 'list']),
  seed: v.number(),
  /** Pictures that the data set offers. */
  available: v.number(),
  bits: v.object({ weights: v.number(), activations: v.number() }),
  seconds: v.number(),
  /** In the order in which they were read; null when they cannot be told (`picturesFailure` says why). */
  pictures: v.nullable(v.array(calibrationPictureSchema)),
  picturesFailure: v.nullable(failureSchema),
  /** In network order. Empty unless calibrated. */
  operands: v.array(operandCalibrationSchema),
  reparameterisations: v.array(reparameterisationSchema),
  /** Of all parameters: equal digests are equal parameters. '' unless calibrated. */
  digest: v.string(),
});
export type Calibration = Readonly<v.InferOutput<typeof calibrationSchema>>;

/** A draw of calibration pictures that was tried with otherwise equal settings. */
export const calibrationDrawSchema = v.object({
  id: v.string(),
  /** 'run': evaluated too (as far as `images`). 'redraw': parameters only. */
  kind: v.picklist(['run', 'redraw']),
  runId: v.nullable(v.string()),
  /** Null for pictures that a person chose. */
  seed: v.nullable(v.number()),
  /** The run that was asked about. */
  own: v.boolean(),
  state: v.nullable(v.picklist(runStates)),
  images: v.number(),
  total: v.number(),
  /** Percent. */
  top1: v.nullable(v.number()),
  ci95: v.nullable(interval),
  digest: v.string(),
});
export type CalibrationDraw = Readonly<v.InferOutput<typeof calibrationDrawSchema>>;

/** One quantiser over the draws: the median over its channels for each, null where a draw has no such quantiser. */
export const operandDrawsSchema = v.object({
  site: v.string(),
  operand: v.string(),
  delta: v.array(v.nullable(v.number())),
  /** Null for attention maps. */
  zeroPoint: v.nullable(v.array(v.nullable(v.number()))),
});
export type OperandDraws = Readonly<v.InferOutput<typeof operandDrawsSchema>>;

export const calibrationDrawsSchema = v.object({
  runId: v.string(),
  /** By seed, chosen pictures last. */
  draws: v.array(calibrationDrawSchema),
  operands: v.array(operandDrawsSchema),
});
export type CalibrationDraws = Readonly<v.InferOutput<typeof calibrationDrawsSchema>>;

export const redrawResultSchema = v.object({
  /** 'stopped': the draws so far, which are kept. */
  state: v.picklist(['done', 'stopped']),
  draws: v.array(v.object({ seed: v.number(), digest: v.string(), skipped: v.number() })),
});
export type RedrawResult = Readonly<v.InferOutput<typeof redrawResultSchema>>;
export const redrawEventSchema = analysisProgressSchema;

/** What the workspace keeps of a redraw: the middle of each quantiser and the digest of everything. All parameters of a base model would be megabytes each. */
export const storedRedrawSchema = v.object({
  seed: v.number(),
  digest: v.string(),
  skipped: v.number(),
  operands: v.array(v.object({ site: v.string(), operand: v.string(), delta: v.number(), zeroPoint: v.nullable(v.number()) })),
});
export type StoredRedraw = Readonly<v.InferOutput<typeof storedRedrawSchema>>;

/** What the workspace keeps of a draw: files relative to the data set in the order in which they were read, and those among them that could not be. */
export const keptPicturesSchema = v.object({ files: v.array(v.string()), skipped: v.array(skippedImageSchema) });
export type KeptPictures = Readonly<v.InferOutput<typeof keptPicturesSchema>>;

/** Pictures of the train split that can be calibrated on. */
export const candidatesSchema = v.object({
  /** Of all that match. */
  total: v.number(),
  pictures: v.array(v.object({ index: whole, file: v.string(), label: v.number() })),
});
export type Candidates = Readonly<v.InferOutput<typeof candidatesSchema>>;

/** Smallest and largest value of a uniform grid of 2^bits levels: (0 - zp) * delta and (L - 1 - zp) * delta. */
export function uniformRange(bits: number, delta: number, zeroPoint: number): readonly [low: number, high: number] {
  // Without the addition of 0 a zero point of 0 would give -0.
  return [(0 - zeroPoint) * delta + 0, (2 ** bits - 1 - zeroPoint) * delta];
}

/** The middle of some numbers: of an even count the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
