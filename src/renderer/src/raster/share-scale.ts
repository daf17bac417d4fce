/** Colours of shares, 0 to 1, on a log scale: a code that one element in a thousand has is seen beside one that half of them have. */
import type { MapScale } from './map-scale';

/** What is rarer is drawn with the first colour; exactly none with the surface. */
export const shareScale: MapScale = { kind: 'log', min: 1e-5, max: 1 };

export const shareTicks: readonly number[] = [1e-5, 1e-3, 1e-1, 1];
