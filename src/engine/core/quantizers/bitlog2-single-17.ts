import { bitLog2 } from './bitlog2';

/** 0 and 2^0 .. 2^15: 17 values. */
export const bitLog2Single17 = bitLog2({
  id: 'BitLog2_Single_17',
  onSeedPage: true,
  integerRange: 65536,
  halves: false,
});
