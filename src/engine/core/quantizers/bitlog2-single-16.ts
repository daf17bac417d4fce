import { bitLog2 } from './bitlog2';

/** 0 and 2^0 .. 2^14: 16 values. */
export const bitLog2Single16 = bitLog2({
  id: 'BitLog2_Single_16',
  onSeedPage: false,
  integerRange: 32768,
  halves: false,
});
