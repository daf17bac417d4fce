/** How much every head of a run is damaged as a rule: its mean KL over a sample, spread evenly over the run's list. */
import { at } from '../../../shared/at';
import type { AnalysisProgress } from '../../../shared/analysis';
import { fail } from '../../../shared/failure';
import type { TypicalKl } from '../../../shared/images';
import { storedRun } from '../results/stored-run';
import { answerKinds } from '../store/answer-kinds';
import type { StopFlag } from '../workers/stop-flag';
import { storedTypical, typicalImages } from './images';
import { feedAll, imagesCell, runBatch } from './images-cell';
import { spreadBatches } from './noise-plan';
import type { RunSources } from './run-sources';

/** Computed once for a run, then stored. */
export async function typicalKl(sources: RunSources, runId: string, stop: StopFlag, onProgress: (progress: AnalysisProgress) => void): Promise<TypicalKl> {
  const { store } = sources;
  const known = await storedTypical(store, runId);
  if (known !== null) return known;
  const run = await storedRun(store, runId);
  const cell = await imagesCell(sources, run);
  const batches = spreadBatches(await store.committedBatches(runId), run.settings.batch, typicalImages);
  if (batches.length === 0) throw fail('not-found', 'This run has not evaluated any image yet', { place: runId, next: 'Continue the run first' });
  const listed = await store.listedImages(run.listId);
  const pool = await sources.pool();
  const found: number[][][][] = batches.map(() => []);
  let done = 0;
  await feedAll(batches, pool.size, async (batch, place) => {
    stop.poll();
    const damage = await pool.run<'head-damage'>({ kind: 'head-damage', float: cell.float, cell: cell.cell, batch: await runBatch(sources, run, listed, batch), preprocess: run.settings.preprocess }, { needs: cell.needs, stop });
    found[place] = damage.map((image) => image.map((block) => block.map(({ kl }) => kl)));
    onProgress({ kind: 'progress', done: ++done, total: batches.length });
  });
  // In list order, so that the sum does not depend on which worker was first.
  const images = found.flat();
  if (images.length === 0) throw fail('image-skipped', 'None of the sampled images can be read any more', { next: 'Put the pictures back' });
  const kl = at(images, 0).map((heads, block) => heads.map((_, head) => images.reduce((sum, image) => sum + at(at(image, block), head), 0) / images.length));
  const result = { runId, images: images.length, kl };
  // Of a run that goes on, the sample would be that of its beginning.
  if (run.state === 'done') await store.saveAnalysis(runId, answerKinds.typicalKl, { images: typicalImages }, result);
  return result;
}
