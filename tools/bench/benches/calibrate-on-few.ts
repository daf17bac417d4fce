/** Parameters found on two images: they need not be good, only real. */
import type { NetworkParameters } from '../../../src/engine/core/graph/parameters';
import { Calibrator } from '../../../src/engine/runtime/evaluate/calibrator';
import type { SchemeId } from '../../../src/shared/settings';
import type { LoadedModel } from '../models';
import { randomPixels } from '../pixels';

const images = 2;

export async function calibrateOnFew({ graph, structure }: LoadedModel, schemes: readonly SchemeId[]): Promise<Map<SchemeId, NetworkParameters>> {
  const nothing = (): void => undefined;
  const calibrator = await Calibrator.create(graph, structure, { wBits: 4, batch: 1, threads: 1, rounding: null }, nothing);
  const batches = randomPixels(structure.input, images).map((pixels) => ({ pixels, valid: 1 }));
  const found = new Map<SchemeId, NetworkParameters>();
  for (const scheme of schemes) found.set(scheme, await calibrator.calibrate({ scheme, wBits: 4, aBits: 4 }, batches, { poll: nothing, onSite: nothing }));
  await calibrator.release();
  return found;
}
