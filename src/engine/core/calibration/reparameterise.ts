import { laneSum } from '../kernels/lane-sum';
import { roundHalfEven } from '../kernels/round-half-even';

/** A LayerNorm and the channel-wise quantiser of what comes out of it. All arrays have one entry per channel. */
export interface LayerNormInput {
  readonly channelDelta: ArrayLike<number>;
  readonly channelZeroPoint: ArrayLike<number>;
  /** 1 for each channel that is one constant: its scale stays as it is (r = 1). Absent: none is. */
  readonly degenerate?: ArrayLike<number>;
  readonly lnWeight: Float32Array;
  readonly lnBias: Float32Array;
}

/** What every Linear behind the LayerNorm has to make up for, per channel. */
export interface ScaleShift {
  /** r: the channel's scale against the common one. */
  readonly r: Float32Array;
  /** b: what the LayerNorm's bias loses. */
  readonly b: Float32Array;
}

export interface ReparameterisedNorm extends ScaleShift {
  /** D and Z, the per-tensor grid that takes the place of the channel-wise one. */
  readonly delta: number;
  readonly zeroPoint: number;
  readonly lnWeight: Float32Array;
  readonly lnBias: Float32Array;
}

export interface LinearParameters {
  /** [outputs, channels], row-major. */
  readonly weight: Float32Array;
  /** [outputs], or null: the Linear gains one. */
  readonly bias: Float32Array | null;
}

export interface ReparameterisedLinear {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

export interface ReparameteriseOptions {
  /** Rounds Z before anything is derived from it, as integer codes need; the algebra stays exact. */
  readonly integerZeroPoint: boolean;
}

/**
 * Scale reparameterisation of RepQ-ViT (section 3.2 of the paper), the LayerNorm's half: with channel-wise delta and zero
 * point, min = -zp * delta; D = mean(delta), Z = mean(zp), Min = -Z * D; r = delta / D, b = min / r - Min; the
 * LayerNorm's weight is divided by r and its bias becomes bias / r - b. Every step is float32, as in the reference.
 * Nothing is changed in place: exporters share equal initialisers between nodes.
 */
export function reparameteriseNorm(
  { channelDelta, channelZeroPoint, degenerate, lnWeight, lnBias }: LayerNormInput,
  { integerZeroPoint }: ReparameteriseOptions,
): ReparameterisedNorm {
  const channels = lnWeight.length;
  if (channelDelta.length !== channels || channelZeroPoint.length !== channels || lnBias.length !== channels) {
    throw new Error(`a LayerNorm of ${channels} channels with ${channelDelta.length} channel grids`);
  }
  const delta = mean(channelDelta);
  const meanZeroPoint = mean(channelZeroPoint);
  const zeroPoint = integerZeroPoint ? roundHalfEven(meanZeroPoint) : meanZeroPoint;
  const least = Math.fround(-zeroPoint * delta);

  const r = new Float32Array(channels);
  const b = new Float32Array(channels);
  const weight = new Float32Array(channels);
  const bias = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    r[c] = degenerate?.[c] === 1 ? 1 : channelDelta[c] / delta;
    const channelLeast = Math.fround(-channelZeroPoint[c] * channelDelta[c]);
    b[c] = Math.fround(channelLeast / r[c]) - least;
    weight[c] = lnWeight[c] / r[c];
    bias[c] = Math.fround(lnBias[c] / r[c]) - b[c];
  }
  return { delta, zeroPoint, lnWeight: weight, lnBias: bias, r, b };
}

/**
 * The other half, for each Linear behind the LayerNorm (one qkv, or q, k and v apart): weight *= r along its inputs, then
 * bias += (new weight) @ b. A Linear without bias gains one.
 */
export function reparameteriseLinear({ weight, bias }: LinearParameters, { r, b }: ScaleShift): ReparameterisedLinear {
  const channels = r.length;
  const outputs = weight.length / channels;
  if (!Number.isInteger(outputs)) throw new Error(`a weight of ${weight.length} elements has no rows of ${channels}`);
  const newWeight = new Float32Array(weight.length);
  const newBias = new Float32Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const start = output * channels;
    let shift = 0;
    for (let c = 0; c < channels; c++) {
      const value = Math.fround(weight[start + c] * r[c]);
      newWeight[start + c] = value;
      shift += value * b[c];
    }
    newBias[output] = Math.fround(shift) + (bias ? bias[output] : 0);
  }
  return { weight: newWeight, bias: newBias };
}

/** Both halves for a LayerNorm with one Linear behind it. */
export function reparameterise(
  input: LayerNormInput & LinearParameters,
  options: ReparameteriseOptions,
): ReparameterisedNorm & ReparameterisedLinear {
  const norm = reparameteriseNorm(input, options);
  return { ...norm, ...reparameteriseLinear(input, norm) };
}

function mean(values: ArrayLike<number>): number {
  return Math.fround(laneSum(Float32Array.from(values)) / values.length);
}
