import { sqrt2 } from './sqrt2';

/** RepQ-ViT as published: L levels and zero, 17 values at 4 bits. */
export const sqrt2With17 = sqrt2({ id: 'Sqrt2_17', onSeedPage: true, zeroIsExtra: true });
