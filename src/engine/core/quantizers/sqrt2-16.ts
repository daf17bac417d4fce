import { sqrt2 } from './sqrt2';

/** Zero takes the place of the smallest of the L levels: 16 values at 4 bits. */
export const sqrt2With16 = sqrt2({ id: 'Sqrt2_16', onSeedPage: false, zeroIsExtra: false });
