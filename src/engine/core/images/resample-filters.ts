/** Interpolation kernels as Pillow defines them, in double precision; `support` is the half width at scale 1. */
import type { Preprocess } from '../../../shared/settings';

export type Interpolation = Preprocess['interpolation'];

export interface ResampleFilter {
  readonly support: number;
  weight(distance: number): number;
}

function triangle(distance: number): number {
  const x = Math.abs(distance);
  return x < 1 ? 1 - x : 0;
}

/** Keys' cubic with a = -0.5 (torch's own bicubic uses -0.75: not interchangeable). */
function cubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

function lanczos3(distance: number): number {
  return distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0;
}

export const resampleFilters: Readonly<Record<Interpolation, ResampleFilter>> = {
  bilinear: { support: 1, weight: triangle },
  bicubic: { support: 2, weight: cubic },
  lanczos: { support: 3, weight: lanczos3 },
};
