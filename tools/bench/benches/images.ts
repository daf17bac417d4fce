/** `images.jpeg`: JPEG files to network input on one thread: read, decoded, resized, cropped and normalised; and stage by stage. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../../../src/shared/at';
import { normalisationTable } from '../../../src/engine/core/images/normalise';
import { preprocessPresets } from '../../../src/engine/core/images/preprocess';
import { decodeImage } from '../../../src/engine/runtime/decode/decode-image';
import { prepareRows } from '../../../src/engine/runtime/decode/picture-kernels';
import { prepareImage } from '../../../src/engine/runtime/decode/prepare-image';
import { readImageBytes } from '../../../src/engine/runtime/decode/read-image';
import { ScratchMemory } from '../../../src/engine/runtime/decode/scratch-memory';
import { interleave, timesOf } from '../interleave';
import { jpegFiles } from '../jpeg-pictures';
import type { Bench, Row } from '../row';
import { summarise } from '../statistics';

const id = 'images.jpeg';
const count = 12;
const { mean, std, cropPct, interpolation } = preprocessPresets.deit;
const settings = { input: 224, cropPct, interpolation };

export const imagesBench: Bench = {
  ids: [id],
  usual: [id],
  async run(context): Promise<Row[]> {
    const folder = join(context.folder, 'jpeg');
    mkdirSync(folder, { recursive: true });
    const bytes = jpegFiles(count);
    const paths = bytes.map((_, index) => join(folder, `${index}.jpg`));
    for (const [index, path] of paths.entries()) writeFileSync(path, at(bytes, index));
    const table = normalisationTable(mean, std);
    const out = new Float32Array(3 * settings.input ** 2);
    const scratch = new ScratchMemory();
    const decoded = bytes.map(decodeImage);
    const contestants = new Map<string, () => void>([
      ['files', () => paths.forEach((path) => prepareImage(readImageBytes(path), settings, table, out, 0))],
      ['read', () => paths.forEach((path) => void readImageBytes(path))],
      ['decode', () => bytes.forEach((file) => void decodeImage(file))],
      ['resize', () => decoded.forEach((picture) => {
        scratch.clear();
        prepareRows(scratch, picture, settings, table, out, 0);
      })],
    ]);
    const times = await interleave(contestants, { rounds: context.rounds(15), warmUp: 3, now: context.now });
    const per = (name: string): number[] => timesOf(times, name).map((time) => time / count);
        return [{
      id,
      figures: {
        images_per_second: summarise(per('files').map((time) => 1000 / time)),
        read_milliseconds: summarise(per('read')),
        decode_milliseconds: summarise(per('decode')),
        resize_and_normalise_milliseconds: summarise(per('resize')),
      },
    }];
  },
};
