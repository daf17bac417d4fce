/** Evaluating, and what runs come to: the board, predictions, paired comparisons, the noise of rounding. */
import { loadDataset } from '../library/dataset-library';
import { modelFacts } from '../library/model-facts';
import { measureNoise, storedNoise } from '../pages/noise';
import { publishedRows } from '../results/published';
import { classNames } from '../results/class-names';
import { buildBoard, compareRuns, pairedOf, predictionsPage, runBand } from '../results/results';
import { estimateEvaluation } from '../runs/estimate';
import type { Desk, HandlersOf } from './desk';

export function runHandlers(desk: Desk): HandlersOf<'evaluation' | 'board' | 'published' | 'run' | 'noise'> {
  return {
    'evaluation.estimate': async (spec) => estimateEvaluation(await Promise.all(spec.models.map((file) => desk.loadModel(file))), await loadDataset(spec.dataset, { labels: spec.labels }), spec, desk.poolSize(spec)),
    'evaluation.run': (spec, options) => desk.evaluate(spec, options),
    'board.get': async ({ datasetId, baseline }) => buildBoard(await desk.store(), datasetId, desk.published(), baseline),
    'board.compare': async ({ runIds }) => ({ pairs: await compareRuns(await desk.store(), runIds) }),
    'published.table': () => Promise.resolve(publishedRows(desk.published(), new Map(modelFacts(desk.options.resourcesPath).map(({ name, title }) => [name, title])))),
    'run.band': async ({ runId }) => runBand(await desk.store(), runId),
    'run.predictions': async ({ runId, offset, count }) => predictionsPage(await desk.store(), runId, offset, count),
    'run.classNames': async ({ runId }) => ({ names: await classNames(await desk.store(), runId) }),
    'run.paired': async ({ runId }) => [...(await pairedOf(await desk.store(), runId))],
    'noise.run': ({ runId, repeats, scope, images }, options) => desk.ask(options, async (stop, emit) => measureNoise(await desk.sources(), runId, { repeats, scope, images, stop, emit })),
    'noise.get': async ({ runId }) => storedNoise(await desk.sources(), runId),
  };
}
