/** Which head flipped an image: the answer with one head's map, with all maps of one block, and with every map left unquantised. */
import { at } from '../../../shared/at';
import type { AnalysisProgress } from '../../../shared/analysis';
import type { Blame } from '../../../shared/images';
import type { Views } from '../runs/views';
import type { StopFlag } from '../workers/stop-flag';
import { byMovement, divergence } from './images';
import { imagesCell, runBatch } from './images-cell';
import type { RunSources } from './run-sources';

export interface BlameOptions {
  readonly image: number;
  /** Heads tested one by one, those that moved most first. */
  readonly heads: number;
  readonly stop: StopFlag;
  readonly onProgress: (progress: AnalysisProgress) => void;
}

export async function blame(sources: RunSources, views: Views, runId: string, { image, heads, stop, onProgress }: BlameOptions): Promise<Blame> {
  const moved = await divergence(sources.store, views, runId, image);
  const { run } = await views.outcomeOf(runId, image);
  const cell = await imagesCell(sources, run);
  const { blocks } = cell.model.shared.structure;
  const tested = byMovement(moved.heads).slice(0, heads).map((index) => at(moved.heads, index));
  const branches = [
    ...blocks.map((block) => ({ block: block.index, heads: Array.from({ length: block.heads }, (_, head) => head) })),
    ...tested.map(({ block, head }) => ({ block, heads: [head] })),
  ];
  const batch = Math.floor(image / run.settings.batch);
  const answer = moved.fp32Prediction.top5[0] ?? 0;
  const pool = await sources.pool();
  const result = await pool.run<'bypass'>({
    kind: 'bypass', cell: cell.cell, preprocess: run.settings.preprocess, branches, everyMap: true,
    batch: await runBatch(sources, run, await sources.store.listedImages(run.listId), batch),
    images: [{ position: image - batch * run.settings.batch, answer }],
  }, { needs: cell.needs, stop, urgent: true, onEvent: (event) => { if (event.kind === 'site') onProgress({ kind: 'progress', done: event.done, total: event.total }); } });
  const { base, everyMap, branches: outcomes } = at(result.images, 0);
  if (everyMap === null) throw new Error('every map was asked for');
  return {
    runId, image, arithmetic: 'reference', answer, base, everyMap,
    exact: base.margin === moved.prediction.margin && base.top5.join() === moved.prediction.top5.join(),
    fp32Margin: moved.fp32Prediction.margin,
    layers: blocks.map(({ index }) => ({ block: index, outcome: at(outcomes, index) })),
    heads: tested.map(({ block, head }, index) => ({ block, head, outcome: at(outcomes, blocks.length + index) })),
  };
}
