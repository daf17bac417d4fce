/** The values that a uniform grid has. */
import { gridBounds, type UniformParameters } from '../kernels/uniform-parameters';

/** Ascending, each rounded to float32. A fractional zero point (scale reparameterisation) puts both ends between two steps: one value more. */
export function gridValues({ delta, zeroPoint }: UniformParameters, bits: number): number[] {
  const { low, high } = gridBounds(zeroPoint, bits);
  const steps = [low];
  for (let step = Math.ceil(low); step <= high; step++) steps.push(step);
  steps.push(high);
  return [...new Set(steps.map((step) => Math.fround(step * delta)))];
}
