/** Small records for tests of the store and of what is made from it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchCommit, NewRun, PredictionRow, Store } from '../../src/engine/runtime/store/store-types';
import type { DatasetRecord, ModelRecord } from '../../src/shared/records';
import type { RunSettings, SchemeId } from '../../src/shared/settings';

export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function modelRecord(name: string, extra: Partial<ModelRecord> = {}): ModelRecord {
  return {
    id: `model-${name}`, name, file: `models/${name}.onnx`, hash: `hash-${name}`, family: 'vit', parameters: 1234, inputSize: 56, classes: 10,
    blocks: [{ name: 'blocks.0', heads: 3, tokens: 17 }, { name: 'blocks.1', heads: 3, tokens: 17 }], notes: [], ...extra,
  };
}

export function datasetRecord(name: string, extra: Partial<DatasetRecord> = {}): DatasetRecord {
  return {
    id: `data-${name}`, name, root: `data/${name}`, layout: 'train+val', labelSet: 'own', hash: `listing-${name}`,
    classes: [{ folder: 'a', name: 'a', label: 0 }, { folder: 'b', name: 'b', label: 1 }], trainImages: 4, valImages: 12, notes: [], ...extra,
  };
}

export function settings(scheme: SchemeId, extra: Partial<RunSettings> = {}): RunSettings {
  return {
    scheme, wBits: 4, aBits: 4, arithmetic: 'reference', calibrationImages: 32, seed: 0, batch: 4, limit: null,
    preprocess: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], cropPct: 0.9, interpolation: 'bicubic' }, calibrationList: null, imageList: null, ...extra,
  };
}

export const fp32Settings: RunSettings = settings('none', { wBits: 32, aBits: 32, arithmetic: 'fp32' });

export function newRun(id: string, listId: string, extra: Partial<NewRun> = {}): NewRun {
  return {
    id, modelId: 'model-tiny', datasetId: 'data-small', settings: settings('BitLog2_Half_17'), listId, total: 12,
    created: '2026-01-02T03:04:05.000Z', environment: 'test', ...extra,
  };
}

/** A workspace with a model, a data set and a list of `images` images; labels alternate 0, 1. */
export async function seedStore(store: Store, images = 12): Promise<string> {
  await store.upsertModel(modelRecord('tiny'));
  await store.upsertDataset(datasetRecord('small'));
  return store.imageList(Array.from({ length: images }, (_, i) => `val/a/${i}.png`), Array.from({ length: images }, (_, i) => i % 2));
}

/** A prediction that depends on the index only, so that any order of commits must give the same. */
export function predictionRow(index: number, extra: Partial<PredictionRow> = {}): PredictionRow {
  const best = (index * 7) % 10;
  return {
    index, label: index % 2, top5: [0, 1, 2, 3, 4].map((place) => (best + place) % 10), margin: 1 / (index + 1), loss: Math.log(index + 2),
    mapDigest: (index * 2654435761) >>> 0, ...extra,
  };
}

/** Batch `batch` of size `size` for these runs, with level counts that grow with the batch's number. */
export function batchCommit(batch: number, runIds: readonly string[], size: number, skippedIndices: readonly number[] = []): BatchCommit {
  const indices = Array.from({ length: size }, (_, i) => batch * size + i);
  const kept = indices.filter((index) => !skippedIndices.includes(index));
  return {
    batch,
    cells: runIds.map((runId) => ({
      runId,
      predictions: kept.map((index) => predictionRow(index)),
      levelCounts: [0, 1].map((block) => ({ block, heads: 3, codes: 17, counts: Float64Array.from({ length: 51 }, (_, i) => (i === 0 ? 0 : batch + i * block)) })),
    })),
    skipped: indices.filter((index) => skippedIndices.includes(index)).map((index) => ({ index, file: `val/a/${index}.png`, reason: 'broken', detail: 'truncated' })),
  };
}
