import type { NoScheme } from './scheme';

/** The attention map stays in FP32. */
export const none: NoScheme = { kind: 'none', id: 'none', family: 'FP32', onSeedPage: false };
