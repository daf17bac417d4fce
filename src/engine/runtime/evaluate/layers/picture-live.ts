/** What a network starts from. */
import type { LoadedBatch } from '../load-pixels';
import type { Live } from '../segment-chain';
import type { LayerStudy } from './layer-study';

/** The pictures of a batch, as the first segment reads them. */
export function pictureLive({ source: { structure: { input }, batch } }: LayerStudy, { pixels }: LoadedBatch): Live {
  return new Map([[input.name, { data: pixels, dims: [batch, input.channels, input.height, input.width] }]]);
}
