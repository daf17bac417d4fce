/** What happened to single images and to their attention maps. */
import { attentionHeads, attentionRollout } from '../pages/attention';
import { divergence, flips } from '../pages/images';
import { blame } from '../pages/images-blame';
import { flippedBy } from '../pages/images-flipped-by';
import { typicalKl } from '../pages/images-typical';
import type { Desk, HandlersOf } from './desk';

export function pictureHandlers(desk: Desk): HandlersOf<'image' | 'images' | 'attention'> {
  return {
    'image.picture': ({ runId, image }, options) => desk.ask(options, async (stop) => (await desk.views()).picture(runId, image, stop)),
    'attention.view': async ({ runId, image, block, head }) => (await desk.views()).attention(runId, image, block, head),
    'attention.heads': async ({ runId, image, block }) => attentionHeads(await desk.views(), runId, image, block),
    'attention.rollout': async ({ runId, image, block, query }) => attentionRollout(await desk.views(), runId, image, block, query),
    'images.flips': async (question) => flips(await desk.store(), question),
    'images.divergence': async ({ runId, image }) => divergence(await desk.store(), await desk.views(), runId, image),
    'images.typical': ({ runId }, options) => desk.ask(options, async (stop, emit) => typicalKl(await desk.sources(), runId, stop, emit)),
    'images.blame': ({ runId, image, heads }, options) => desk.ask(options, async (stop, onProgress) => blame(await desk.sources(), await desk.views(), runId, { image, heads, stop, onProgress })),
    'images.flippedBy': (question, options) => desk.ask(options, async (stop, onProgress) => flippedBy(await desk.sources(), { ...question, stop, onProgress })),
  };
}
