import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Interpolation } from '../../../../src/engine/core/images/resample-filters';

export const imageFixtures = join(__dirname, '../../../fixtures/images');

type Pair = readonly [number, number];

interface PillowGoldens {
  readonly decoded: readonly ({ file: string; width: number; height: number; sha256: string } | { file: string; error: string })[];
  readonly resizes: readonly { from: Pair; to: Pair; seed: number; hard: boolean; interpolation: Interpolation; sha256: string }[];
  readonly crops: readonly { from: Pair; seed: number; input: number; crop_pct: number; interpolation: Interpolation; sha256: string }[];
}

export const pillowGoldens: PillowGoldens = JSON.parse(readFileSync(join(imageFixtures, 'pillow.json'), 'utf8'));

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
