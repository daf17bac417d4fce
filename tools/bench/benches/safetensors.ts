/** `safetensors.MODEL`: a network from a file of weights, as timm saves them, on a warm disk: the graph alone, and the whole import (canonical form, sites found, probed). */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { presetGraph, presets } from '../../../src/engine/core/builder/presets';
import { randomWeights } from '../../../src/engine/core/builder/weight-source';
import { importModel } from '../../../src/engine/runtime/ort/import-model';
import { readWeightsFile } from '../../../src/engine/runtime/ort/read-weights-file';
import { interleave, timesOf } from '../interleave';
import type { Bench, Row } from '../row';
import { summarise } from '../statistics';

const name = 'deit_small';
const id = `safetensors.${name}`;

/** The header, padded as the format's own library does, and the float32 weights one after another. */
function weightsFile(): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Uint8Array[] = [];
  let end = 0;
  const random = randomWeights(7);
  presetGraph(presets[name], (parameter, dims, kind) => {
    const tensor = random(parameter, dims, kind);
    const { buffer, byteOffset, byteLength } = tensor.data;
    header[parameter] = { dtype: 'F32', shape: dims, data_offsets: [end, end + byteLength] };
    end += byteLength;
    parts.push(new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength)));
    return tensor;
  });
  const text = JSON.stringify(header);
  const bytes = new TextEncoder().encode(text + ' '.repeat((8 - (text.length % 8)) % 8));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
  return [length, bytes, ...parts];
}

export const safetensorsBench: Bench = {
  ids: [id],
  usual: [id],
  async run(context): Promise<Row[]> {
    const file = join(context.folder, `${name}.safetensors`);
    writeFileSync(file, Buffer.concat(weightsFile()));
    try {
      const contestants = new Map<string, () => Promise<void>>([
        ['graph', async () => { readWeightsFile(file); }],
        ['import', async () => { await importModel(file); }],
      ]);
      const times = await interleave(contestants, { rounds: context.rounds(7), warmUp: 1, now: context.now });
      const seconds = (contestant: string): number[] => timesOf(times, contestant).map((time) => time / 1000);
      return [{ id, figures: { seconds: summarise(seconds('graph')), import_seconds: summarise(seconds('import')) } }];
    } finally {
      rmSync(file, { force: true });
    }
  },
};
