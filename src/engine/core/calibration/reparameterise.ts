/**
 * Scale reparameterisation (RepQ-ViT): a LayerNorm's output that was calibrated per channel becomes quantisable per tensor, because
 * each channel's scale and offset move into the LayerNorm and, inversely, into the Linear behind it.
 */

export interface ReparameterisationInput {
  /** [channels] each, of the LayerNorm's output. */
  readonly channelDelta: Float32Array;
  readonly channelZeroPoint: Float32Array;
  /** Channels that are one constant: their r is 1. */
  readonly constantChannels?: readonly number[];
  readonly lnWeight: Float32Array;
  readonly lnBias: Float32Array;
  /** [out, channels] */
  readonly weight: Float32Array;
  /** [out], or null: the Linear gains one. */
  readonly bias: Float32Array | null;
}

export interface Reparameterised {
  /** Of the whole tensor from now on. Z is fractional unless whole zero points are asked for. */
  readonly delta: number;
  readonly zeroPoint: number;
  readonly lnWeight: Float32Array;
  readonly lnBias: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  /** [channels] each: factor and offset that moved. */
  readonly r: Float32Array;
  readonly b: Float32Array;
}

/**
 * D = mean(delta), Z = mean(zero point), r = delta / D, b = min / r - Min; LayerNorm weight / r, bias / r - b; Linear weight * r,
 * bias + new weight @ b. float32 after every step as the reference; the sums of D, Z and of the bias are taken in double and rounded once.
 * Several Linears behind one LayerNorm: call once for each, the LayerNorm comes out the same.
 * @throws Error when the sizes do not fit each other
 */
export function reparameterise(input: ReparameterisationInput, options: { readonly integerZeroPoint: boolean }): Reparameterised {
  const { channelDelta, channelZeroPoint, lnWeight, lnBias, weight } = input;
  const channels = channelDelta.length;
  for (const [name, length] of [['zero points', channelZeroPoint.length], ['LayerNorm weight', lnWeight.length], ['LayerNorm bias', lnBias.length]] as const) {
    if (length !== channels) throw new Error(`${name}: ${length} values for ${channels} channels`);
  }
  if (weight.length % channels !== 0) throw new Error(`a weight of ${weight.length} values has no rows of ${channels}`);
  const delta = mean(channelDelta);
  const meanZero = mean(channelZeroPoint);
  const zeroPoint = options.integerZeroPoint ? roundHalfEven(meanZero) : meanZero;
  const least = Math.fround(-zeroPoint * delta);
  const constant = new Set(input.constantChannels);
  const r = new Float32Array(channels);
  const b = new Float32Array(channels);
  const newLnWeight = new Float32Array(channels);
  const newLnBias = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    r[c] = constant.has(c) ? 1 : channelDelta[c] / delta;
    const low = Math.fround(-channelZeroPoint[c] * channelDelta[c]);
    b[c] = Math.fround(low / r[c]) - least;
    newLnWeight[c] = lnWeight[c] / r[c];
    newLnBias[c] = Math.fround(lnBias[c] / r[c]) - b[c];
  }
  const { weight: newWeight, bias } = moveIntoLinear(weight, input.bias, r, b);
  return { delta, zeroPoint, lnWeight: newLnWeight, lnBias: newLnBias, weight: newWeight, bias, r, b };
}

function moveIntoLinear(weight: Float32Array, bias: Float32Array | null, r: Float32Array, b: Float32Array): { weight: Float32Array; bias: Float32Array } {
  const channels = r.length;
  const rows = weight.length / channels;
  const scaled = new Float32Array(weight.length);
  const moved = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const index = row * channels + c;
      scaled[index] = weight[index] * r[c];
      sum += scaled[index] * b[c];
    }
    moved[row] = (bias === null ? 0 : bias[row]) + Math.fround(sum);
  }
  return { weight: scaled, bias: moved };
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return Math.fround(sum / values.length);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}
