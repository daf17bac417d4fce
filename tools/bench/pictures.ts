/** Pictures drawn in code, laid out like ImageNet, so that the benches need no data set. The same ones every time. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Picture } from '../../src/engine/core/images/picture';
import { createRandom } from '../../src/engine/core/random/random';
import { encodePng } from '../../src/engine/runtime/decode/png-encoder';

/** Classes by WordNet id, so that models with the 1,000 ImageNet outputs are not refused. */
const classes = ['n01440764', 'n02102040', 'n03394916', 'n03888257'] as const;
/** Different pictures; larger data sets repeat them under other names. */
const different = 48;

export interface DatasetPlan {
  readonly side: number;
  /** Pictures to evaluate. */
  readonly count: number;
  /** Pictures to calibrate on. */
  readonly calibration: number;
}

/** Writes `root`/train and `root`/val. */
export function drawDataset(root: string, { side, count, calibration }: DatasetPlan): void {
  const files = Array.from({ length: Math.min(different, Math.max(count, calibration)) }, (_, seed) => encodePng(drawPicture(side, seed)));
  layOut(root, files, 'png', { count, calibration });
}

/** Writes the files in turn, under as many names as are wanted. */
export function layOut(root: string, files: readonly Uint8Array[], extension: string, { count, calibration }: Pick<DatasetPlan, 'count' | 'calibration'>): void {
  for (const [split, pictures] of [['train', calibration], ['val', count]] as const) {
    for (const name of classes) mkdirSync(join(root, split, name), { recursive: true });
    for (let index = 0; index < pictures; index++) {
      const file = files[index % files.length];
      if (file === undefined) throw new Error('there are no pictures');
      writeFileSync(join(root, split, classes[index % classes.length] ?? classes[0], `${split}_${String(index).padStart(5, '0')}.${extension}`), file);
    }
  }
}

/** Discs of flat colour on a gradient, with a little noise: edges, areas and texture, as photographs have. */
export function drawPicture(side: number, seed: number): Picture {
  const random = createRandom(seed + 1);
  const colour = (): readonly number[] => [random.int(256), random.int(256), random.int(256)];
  const [from, to] = [colour(), colour()];
  const discs = Array.from({ length: 6 }, () => ({ x: random.uniform() * side, y: random.uniform() * side, r: (0.05 + 0.2 * random.uniform()) * side, colour: colour() }));
  const data = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const disc = discs.find((candidate) => (x - candidate.x) ** 2 + (y - candidate.y) ** 2 < candidate.r ** 2);
      const noise = random.int(9) - 4;
      for (let channel = 0; channel < 3; channel++) {
        const [a, b] = [from[channel] ?? 0, to[channel] ?? 0];
        const value = disc === undefined ? a + ((b - a) * (x + y)) / (2 * side) : disc.colour[channel] ?? 0;
        data[(y * side + x) * 3 + channel] = Math.max(0, Math.min(255, Math.round(value) + noise));
      }
    }
  }
  return { width: side, height: side, data };
}
