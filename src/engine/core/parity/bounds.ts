/** How exact is exact, for whole networks. W4A4 amplifies one element on a rounding boundary, so bounds widen behind the first block. */

export const fp32MaxAbs = 1e-4;
/** Same parameters, only evaluated. */
export const pinnedBounds = { relativeL2: 0.1, meanCosine: 0.99, top1Share: 13 / 16 };
/** Calibrated here: top-1 is reported, not judged. */
export const freeBounds = { relativeL2: 0.4, meanCosine: 0.94 };
/** Output of one site, same input. */
export const traceRelativeL2 = 1e-5;

/** Activations up to the first block's fc2 see the same numbers as in the reference. */
export const exactRelative = 1e-6;
export const activationRelative = 0.06;
export const bitLog2Relative = 0.005;
export const sqrt2Relative = 0.05;
export const zeroPointSteps = 1;
export const weightMedianRelative = 0.01;
export const weightMaxRelative = 0.12;
