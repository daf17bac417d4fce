/** Operands at which integer products go wrong if they can, and what the products must be. */

export interface CodeRange {
  readonly inputTop: number;
  readonly weightTop: number;
}

/** Distinct rows of the input: the rest repeats them, so that the plain loops stay short. */
const patterns = 6;

/** Codes at the ends of their ranges in runs and in turn, and spread ones. input: [rows, inner], weight: [inner, columns]. */
export function extremeCodes(rows: number, inner: number, columns: number, { inputTop, weightTop }: CodeRange): { input: Uint8Array; weight: Uint8Array } {
  const input = new Uint8Array(rows * inner);
  for (let row = 0; row < rows; row++) for (let i = 0; i < inner; i++) input[row * inner + i] = extreme(row % patterns, i, inputTop);
  const weight = new Uint8Array(inner * columns);
  for (let i = 0; i < inner; i++) for (let column = 0; column < columns; column++) weight[i * columns + column] = extreme((column * 5) % patterns, i, weightTop);
  return { input, weight };
}

function extreme(pattern: number, index: number, top: number): number {
  switch (pattern) {
    case 0: return top;
    case 1: return 0;
    case 2: return index % 2 === 0 ? top : 0;
    case 3: return index % 2 === 0 ? 0 : top;
    case 4: return index % 4 < 2 ? top : 0;
    default: return Math.imul(index + 1, 2654435761) >>> 16 & top;
  }
}

export interface CodeSums {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly input: ArrayLike<number>;
  readonly inputZero: number;
  readonly weight: ArrayLike<number>;
  readonly weightZero: ArrayLike<number>;
}

/** sum((input - inputZero) * (weight - weightZero)) in doubles, which hold every such sum exactly. Rows equal to an earlier one are copied. */
export function sumsOfCodes({ rows, inner, columns, input, inputZero, weight, weightZero }: CodeSums): Float64Array {
  const sums = new Float64Array(rows * columns);
  const firsts: number[] = [];
  for (let row = 0; row < rows; row++) {
    const same = firsts.find((first) => equalRows(input, inner, first, row));
    if (same !== undefined) {
      sums.copyWithin(row * columns, same * columns, (same + 1) * columns);
      continue;
    }
    firsts.push(row);
    for (let i = 0; i < inner; i++) {
      const value = input[row * inner + i] - inputZero;
      if (value === 0) continue;
      for (let column = 0; column < columns; column++) sums[row * columns + column] += value * (weight[i * columns + column] - weightZero[column]);
    }
  }
  return sums;
}

function equalRows(input: ArrayLike<number>, inner: number, a: number, b: number): boolean {
  for (let i = 0; i < inner; i++) if (input[a * inner + i] !== input[b * inner + i]) return false;
  return true;
}
