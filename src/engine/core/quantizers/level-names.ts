/** Levels written as people read them: the integer level over delta for BitLog2, a power of sqrt 2 times delta for Sqrt2. */
import type { Scheme } from './scheme';

/** One name per code, in the order of `levels` (code 0 is zero). */
export function levelNames(scheme: Scheme, delta: number, levels: Float32Array): string[] {
  switch (scheme.kind) {
    case 'none':
      return [];
    case 'bitlog2':
      return Array.from(levels, (value) => bitLog2Name(Math.round(value * delta), delta));
    case 'sqrt2':
      return Array.from(levels, (value) => (value === 0 ? '0' : sqrt2Name(Math.round(-2 * Math.log2(value / delta)))));
  }
}

function bitLog2Name(level: number, delta: number): string {
  if (level === 0) return '0';
  const exponent = 31 - Math.clz32(level);
  const half = level !== 2 ** exponent;
  const power = exponent === 0 ? '1' : exponent === 1 ? '2' : `2^${exponent}`;
  return `${half ? `1.5·${power}` : power}/${delta}`;
}

function sqrt2Name(q: number): string {
  return q === 0 ? 'δ' : q % 2 === 0 ? `δ·2^-${q / 2}` : `δ·2^-${q}/2`;
}
