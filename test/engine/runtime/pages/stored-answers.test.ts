/** Answers of a computation that was put right since are not shown as if they were of today's. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { storedLayers } from '../../../../src/engine/runtime/pages/layers';
import { answerKinds } from '../../../../src/engine/runtime/store/answer-kinds';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { SiteErrors } from '../../../../src/shared/layers';
import { newRun, seedStore, temporaryFolder } from '../../../helpers/store-records';

const errors = (images: number): SiteErrors => ({ runId: 'r', images, skipped: 0, sites: [] });

it('finds the answers of this version alone', async () => {
  const folder = temporaryFolder('answers');
  const store = await openStore(join(folder.path, 'w.bitlog2'));
  try {
    await store.createRun(newRun('r', await seedStore(store)));
    await store.saveAnalysis('r', 'layers.errors/1', { images: 16 }, errors(16));
    expect(await storedLayers({ store }, 'r')).toEqual({ errors: [], sensitivity: [] });
    await store.saveAnalysis('r', answerKinds.siteErrors, { images: 8 }, errors(8));
    expect((await storedLayers({ store }, 'r')).errors).toEqual([errors(8)]);
  } finally {
    await store.close();
    folder.remove();
  }
});

it('files every kind under a name of its own', () => {
  expect(new Set(Object.values(answerKinds)).size).toBe(Object.keys(answerKinds).length);
});
