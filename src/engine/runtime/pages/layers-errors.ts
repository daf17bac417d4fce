/** Error of every site of a run over a sample: asked of the workers once, then stored. */
import { at } from '../../../shared/at';
import type { AnalysisProgress } from '../../../shared/analysis';
import { fail } from '../../../shared/failure';
import { siteErrorsSchema, type SiteError, type SiteErrors } from '../../../shared/layers';
import { addSums, figuresOf, noError, type ErrorSums } from '../../core/metrics/error-sums';
import type { Site } from '../../core/graph/types';
import type { SiteSums } from '../evaluate/layers/layer-errors';
import { answerKinds } from '../store/answer-kinds';
import type { StopFlag } from '../workers/stop-flag';
import type { TaskResults } from '../workers/protocol';
import { feedAll } from './images-cell';
import { chunksOf, studiedRun } from './layers-sample';
import type { RunSources } from './run-sources';
import { imagesOf, sampleSpecs } from './sample';

/** Of a task: what crosses a cut is kept for all of them at once. */
const chunkImages = 16;

export async function siteErrors(sources: RunSources, { runId, images }: { readonly runId: string; readonly images: number }, stop: StopFlag, onProgress: (progress: AnalysisProgress) => void): Promise<SiteErrors> {
  const { store } = sources;
  const known = await store.savedAnalysis(runId, answerKinds.siteErrors, { images }, siteErrorsSchema);
  if (known !== null) return known;
  const { run, model, pool, study, needs } = await studiedRun(sources, runId);
  const { sites, blocks } = model.shared.structure;
  const specs = await sampleSpecs(sources, run, images);
  const chunks = chunksOf(specs, run.settings.batch, chunkImages, pool.size);
  const found: TaskResults['layer-errors'][] = [];
  const done = new Map<number, number>();
  // A network has a segment more than softmaxes.
  const total = specs.length * (blocks.length + 1);
  onProgress({ kind: 'progress', done: 0, total });
  try {
    await feedAll(chunks, pool.size, async (batches, chunk) => {
      found[chunk] = await pool.run<'layer-errors'>({ kind: 'layer-errors', study, batches, preprocess: run.settings.preprocess }, { needs, stop, onEvent: (event) => {
        if (event.kind !== 'site') return;
        done.set(chunk, event.done);
        onProgress({ kind: 'progress', done: Math.min(total, [...done.values()].reduce((sum, each) => sum + each, 0)), total });
      } });
    });
  } finally {
    await pool.drop((key) => key === study);
  }
  // Batch by batch in list order: the sums do not depend on the tasks that they came in.
  const sums = found.flatMap((outcome) => outcome.sums).filter((batch) => batch.length > 0);
  const loaded = found.flatMap((outcome) => outcome.loaded).reduce((sum, positions) => sum + positions.length, 0);
  if (loaded === 0) throw fail('image-skipped', 'None of the sampled images can be read any more', { next: 'Put the pictures back' });
  const { arithmetic } = at(found, 0);
  const result: SiteErrors = {
    runId, images: loaded, skipped: imagesOf(specs) - loaded,
    sites: sites.map((site, index) => siteError(site, at(arithmetic, index), sums.map((batch) => at(batch, index)))),
  };
  await store.saveAnalysis(runId, answerKinds.siteErrors, { images }, result);
  return result;
}

function siteError({ name, role, block }: Site, arithmetic: SiteError['arithmetic'], batches: readonly SiteSums[]): SiteError {
  const figures = (pick: (batch: SiteSums) => ErrorSums | null): SiteError['local'] => {
    const sums = batches.map(pick).filter((sum) => sum !== null);
    return sums.length === 0 ? null : figuresOf(sums.reduce(addSums, noError));
  };
  const clipped = batches.reduce((sum, batch) => ({ outside: sum.outside + (batch.clipped?.outside ?? 0), elements: sum.elements + (batch.clipped?.elements ?? 0) }), { outside: 0, elements: 0 });
  return {
    site: name, role, block, arithmetic,
    local: figures(({ measures }) => measures.local),
    cumulative: figuresOf(batches.map((batch) => batch.cumulative).reduce(addSums, noError)),
    weights: figures(({ measures }) => measures.weights),
    activations: figures(({ measures }) => measures.activations),
    attention: figures(({ measures }) => measures.attention),
    clipped: clipped.elements === 0 ? null : clipped.outside / clipped.elements,
  };
}
