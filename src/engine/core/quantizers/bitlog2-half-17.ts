import { bitLog2 } from './bitlog2';

/** 0, 1, 2, 3, 4, 6, .. 192, 256: 17 values. */
export const bitLog2Half17 = bitLog2({ id: 'BitLog2_Half_17', onSeedPage: true, integerRange: 384, halves: true });
