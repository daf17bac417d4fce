/** Boards for tests of charts, reports and tables. Every figure is made up and says so by being round. */
import { modelRecord, datasetRecord, fp32Settings, settings } from './store-records';
import type { Board, BoardCell, ModelRecord, PairedResult, RunRecord } from '../../src/shared/records';
import { logSchemeIds, type SchemeId } from '../../src/shared/settings';

export function runRecord(model: ModelRecord, scheme: SchemeId, top1: number, extra: Partial<RunRecord> = {}): RunRecord {
  const fp32 = scheme === 'none';
  return {
    id: `${model.id}-${scheme}`, modelId: model.id, modelName: model.name, datasetId: 'data-small', settings: fp32 ? fp32Settings : settings(scheme), state: 'done',
    images: 1000, total: 1000, skipped: 0, top1, top5: Math.min(100, top1 + 5), top1Ci95: [top1 - 2, top1 + 1.5], loss: 0.4,
    seconds: { calibration: fp32 ? 0 : 3.5, evaluation: 20 }, created: '2026-01-02T03:04:05.000Z', failure: null, exact: null, fallbacks: [], ...extra,
  };
}

export function pairedRecord(a: RunRecord, b: RunRecord, extra: Partial<PairedResult> = {}): PairedResult {
  const difference = (a.top1 ?? 0) - (b.top1 ?? 0);
  return {
    a: a.id, b: b.id, images: 1000, difference, ci95: [difference - 1, difference + 1], mcnemarP: 0.02, holmP: 0.04, lost: 30, gained: 10, changed: 7, imagesNeeded: 1500, ...extra,
  };
}

export function board(names: readonly string[] = ['fashion_swin', 'fashion_vit']): Board {
  const models = names.map((name, i) => modelRecord(name, { id: `m${i}`, parameters: 1_200_000 + i }));
  const cells = models.flatMap((model, i): BoardCell[] => {
    const fp32 = runRecord(model, 'none', 90 - 2 * i);
    const rest = logSchemeIds.map((scheme, place): BoardCell => {
      const run = runRecord(model, scheme, 88 - 2 * i - place, { settings: settings(scheme) });
      return { modelId: model.id, scheme, arithmetic: 'reference', run, paired: pairedRecord(run, fp32, place < 2 ? { holmP: 0.2 } : {}), counterpart: null, published: scheme === 'BitLog2_Half_17' ? 85 : null, publishedAs: null, publishedLog: null, seeds: null, noise: null };
    });
    return [{ modelId: model.id, scheme: 'none', arithmetic: 'fp32', run: fp32, paired: null, counterpart: null, published: 91, publishedAs: null, publishedLog: null, seeds: null, noise: null }, ...rest];
  });
  return { datasetId: datasetRecord('small').id, models, columns: logSchemeIds.map((id) => ({ id, levels: [0, 0.25, 0.5, 1], distinct: 4 })), cells };
}
