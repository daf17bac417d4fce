/** One operand's values and grid: computed for the one who waits for it, then stored. */
import { fail } from '../../../shared/failure';
import { siteHistogramSchema, type HistogramScale, type SiteHistogram } from '../../../shared/layers';
import type { OperandName } from '../../../shared/overrides';
import { operandsOf } from '../../core/graph/operand-setting';
import { answerKinds } from '../store/answer-kinds';
import type { StopFlag } from '../workers/stop-flag';
import { studiedRun } from './layers-sample';
import type { RunSources } from './run-sources';
import { sampleSpecs } from './sample';

export interface HistogramParams {
  readonly runId: string;
  readonly site: string;
  readonly operand: OperandName;
  readonly images: number;
  readonly scale: HistogramScale;
}

export async function siteHistogram(sources: RunSources, { runId, site: name, operand, images, scale }: HistogramParams, stop: StopFlag): Promise<SiteHistogram> {
  const question = { site: name, operand, images: operand === 'weight' ? 0 : images, scale };
  const known = await sources.store.savedAnalysis(runId, answerKinds.histogram, question, siteHistogramSchema);
  if (known !== null) return known;
  const { run, model, pool, study, needs } = await studiedRun(sources, runId);
  const site = model.shared.structure.sites.find((candidate) => candidate.name === name);
  if (site === undefined) throw fail('not-found', 'The model has no such site', { file: model.record.name, place: name, next: 'Choose one of the Layers page' });
  if (!operandsOf(site).includes(operand)) throw fail('not-found', `The site has no operand ${operand}`, { place: name, expected: operandsOf(site).join(' or ') });
  const batches = operand === 'weight' ? [] : await sampleSpecs(sources, run, images);
  const { histogram } = await pool.run<'layer-histogram'>({ kind: 'layer-histogram', study, site: name, operand, scale, batches, preprocess: run.settings.preprocess }, { needs, stop, urgent: true });
  await sources.store.saveAnalysis(runId, answerKinds.histogram, question, histogram);
  return histogram;
}
