/**
 * Slow twins of the quantisers: docs/numerics.md 2 and 3 word for word, one number at a time, nothing shared with the
 * fast code. Tests run both on the same cases.
 */
const f = Math.fround;

/** Round half to even without the adding trick. */
export function rne(x: number): number {
  if (!Number.isFinite(x)) return x;
  const below = Math.floor(x);
  const part = x - below;
  if (part < 0.5) return below;
  if (part > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}

const at = (x: ArrayLike<number>, i: number): number => {
  const value = x[i];
  if (value === undefined) throw new Error(`no element ${i} of ${x.length}`);
  return value;
};

const clamp = (x: number, low: number, high: number): number => (x < low ? low : x > high ? high : x);

// --- attention maps ---

const bitLog2 = new Map([
  ['BitLog2_Single_16', { M: 32768, half: false }],
  ['BitLog2_Single_17', { M: 65536, half: false }],
  ['BitLog2_Half_16', { M: 256, half: true }],
  ['BitLog2_Half_17', { M: 384, half: true }],
]);

/** The integer level of one element under BitLog2. */
export function bitLog2Level(id: string, x: number): number {
  const row = bitLog2.get(id);
  if (!row) throw new Error(`no BitLog2 scheme ${id}`);
  const xi = clamp(Math.floor(f(x * row.M)), 0, row.M - 1);
  if (xi === 0) return 0;
  let n = 0;
  while (2 ** (n + 1) <= xi) n++;
  let level = 2 ** n;
  if (row.half && n >= 1 && xi - 2 ** n >= 2 ** (n - 1)) level += 2 ** (n - 1);
  return level;
}

/** x_hat of one element under any scheme. */
export function attentionValue(id: string, x: number, delta: number, aBits: number): number {
  if (bitLog2.has(id)) return f(bitLog2Level(id, x) / delta);
  const L = 2 ** (aBits === 32 ? 4 : aBits);
  let q = rne(f(-2 * f(Math.log2(f(x / delta)))));
  if (q >= L) return 0;
  q = clamp(q, 0, id === 'Sqrt2_17' ? L - 1 : L - 2);
  const power = 2 ** -Math.ceil(q / 2);
  return f(f(q % 2 === 1 ? power * f(Math.SQRT2) : power) * delta);
}

/** Every whole delta tried in turn, as the reference's search; sums in double. For small tensors. */
export function bitLog2DeltaBySearch(id: string, x: Float32Array): { delta: number; score: number } {
  const row = bitLog2.get(id);
  if (!row) throw new Error(`no BitLog2 scheme ${id}`);
  const levels = Array.from(x, (value) => bitLog2Level(id, value));
  let best = { delta: NaN, score: Infinity };
  for (let delta = Math.max(1, ...levels); delta < row.M; delta++) {
    const score = meanSquare(x, Float64Array.from(levels, (level) => level / delta));
    if (score < best.score) best = { delta, score };
  }
  return best;
}

export function meanSquare(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (at(x, i) - at(y, i)) ** 2;
  return sum / x.length;
}

export function sqrt2DeltaBySearch(id: string, x: Float32Array, aBits: number): number {
  const sorted = Float32Array.from(x).sort();
  let best = { delta: NaN, score: Infinity };
  for (const p of [0.999, 0.9999, 0.99999]) {
    const delta = sortedQuantile(sorted, p);
    const score = meanSquare(x, Float64Array.from(x, (value) => attentionValue(id, value, delta, aBits)));
    if (score < best.score) best = { delta, score };
  }
  return best.delta;
}

// --- uniform ---

export function sortedQuantile(sorted: Float32Array, p: number): number {
  const n = sorted.length;
  const rank = f(f(p) * (n - 1));
  const below = Math.trunc(rank);
  const weight = f(rank - below);
  const a = at(sorted, below);
  const b = at(sorted, Math.min(below + 1, n - 1));
  const d = f(b - a);
  return weight < 0.5 ? f(a + weight * d) : f(b - d * (1 - weight));
}

export interface SlowGrid {
  delta: number;
  zeroPoint: number;
}

export function uniformValue(x: number, { delta, zeroPoint }: SlowGrid, bits: number): number {
  const code = clamp(rne(f(x / delta)) + zeroPoint, 0, 2 ** bits - 1);
  return f((code - zeroPoint) * delta);
}

/** Range search by sorting. */
export function uniformGrid(x: Float32Array, bits: number): SlowGrid {
  const sorted = Float32Array.from(x).sort();
  let best = { delta: NaN, zeroPoint: NaN, score: 1e10 };
  let constant = NaN;
  for (const p of [0.999, 0.9999, 0.99999]) {
    const max = sortedQuantile(sorted, p);
    const min = sortedQuantile(sorted, 1 - p);
    const delta = f(f(max - min) / (2 ** bits - 1));
    constant = max;
    if (max === min) continue;
    const zeroPoint = rne(f(-min / delta)) + 0;
    const score = meanSquare(x, Float64Array.from(x, (value) => uniformValue(value, { delta, zeroPoint }, bits)));
    if (score < best.score) best = { delta, zeroPoint, score };
  }
  if (Number.isNaN(best.delta)) {
    return { delta: constant === 0 ? 1 : Math.abs(constant), zeroPoint: constant === 0 ? 0 : -Math.sign(constant) };
  }
  return { delta: best.delta, zeroPoint: best.zeroPoint };
}
