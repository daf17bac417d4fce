import { bitLog2 } from './bitlog2';

/** 0, 1, 2, 3, 4, 6, .. 128, 192: 16 values, the unsigned E3M1 minifloat, truncated. */
export const bitLog2Half16 = bitLog2({ id: 'BitLog2_Half_16', onSeedPage: true, integerRange: 256, halves: true });
