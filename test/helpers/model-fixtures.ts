/** Model files of the tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '../fixtures/parity');

export const vitMini = join(folder, 'vit_mini.onnx');
/** Bakes the batch size, as older exporters do. */
export const swinMini = join(folder, 'swin_mini.onnx');

/** Site names of a golden of the reference implementation. */
export function goldenSites(golden: string): readonly string[] {
  const { sites } = JSON.parse(readFileSync(join(folder, golden), 'utf8')) as { sites: Record<string, unknown> };
  return Object.keys(sites);
}
