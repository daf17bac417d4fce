import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportData } from '../../../../src/engine/runtime/pages/report';
import { answerKinds } from '../../../../src/engine/runtime/store/answer-kinds';
import { nothingPublished } from '../../../../src/engine/runtime/results/published';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { Store } from '../../../../src/engine/runtime/store/store-types';
import type { SiteErrors } from '../../../../src/shared/layers';
import { reportDataSchema } from '../../../../src/shared/report';
import { parse } from 'valibot';
import { fp32Settings, newRun, predictionRow, seedStore, settings, temporaryFolder } from '../../../helpers/store-records';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;

beforeEach(async () => {
  folder = temporaryFolder('report');
  store = await openStore(join(folder.path, 'w.bitlog2'));
  const listId = await seedStore(store);
  // Labels alternate 0, 1: FP32 is right everywhere, the run loses the last two, the other run gains nothing on it.
  const answer = (index: number, wrong: boolean) => predictionRow(index, { label: index % 2, top5: [wrong ? 5 : index % 2, 2, 3, 4, 6], margin: index });
  for (const [id, runSettings, lost] of [['float', fp32Settings, 0], ['half', settings('BitLog2_Half_17'), 2], ['sqrt', settings('Sqrt2_17'), 3]] as const) {
    await store.createRun(newRun(id, listId, { settings: runSettings }));
    const predictions = Array.from({ length: 12 }, (_, index) => answer(index, index >= 12 - lost));
    const levelCounts = id === 'float' ? [] : [{ block: 1, heads: 3, codes: 17, counts: Float64Array.from({ length: 51 }, (_, i) => i % 17) }];
    await store.commitBatch({ batch: 0, cells: [{ runId: id, predictions, levelCounts }], skipped: [] });
    await store.setRunState(id, 'done');
  }
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const ask = (runs: readonly { runId: string; againstId: string | null }[]) => reportData(store, { datasetId: null, runs, published: nothingPublished });

describe('the data of a report', () => {
  it('has the chosen runs in detail, held against FP32 or against what was named', async () => {
    const { runs, pairs, board, workspace } = await ask([{ runId: 'half', againstId: null }, { runId: 'sqrt', againstId: 'half' }]);
    expect(runs.map(({ run, against, paired }) => [run.id, against?.id, paired?.lost, paired?.gained])).toEqual([['half', 'float', 2, 0], ['sqrt', 'half', 1, 0]]);
    expect(pairs.map(({ a, b, lost, gained, images }) => [a, b, lost, gained, images])).toEqual([['sqrt', 'half', 1, 0, 12]]);
    // The deepest fall first: the margin grows with the index.
    expect(runs[0]?.flips).toMatchObject({ counts: { lost: 2, gained: 0 }, lost: [{ file: 'val/a/11.png', flip: 'lost', run: { correct: false }, baseline: { correct: true } }, { file: 'val/a/10.png' }], gained: [] });
    // Three heads together.
    expect(runs[0]?.levels).toEqual([{ block: 'blocks.1', counts: Array.from({ length: 17 }, (_, code) => 3 * code) }]);
    expect(runs[0]?.errors).toBeNull();
    expect([board.cells.filter(({ run }) => run !== null).length, workspace]).toEqual([3, store.file]);
    parse(reportDataSchema, { ...(await ask([{ runId: 'half', againstId: null }])), engine: '1', created: 'now' });
  });

  it('takes the stored errors of the sites on the most images, and computes none', async () => {
    const errors = (images: number): SiteErrors => ({ runId: 'half', images, skipped: 0, sites: [] });
    await store.saveAnalysis('half', answerKinds.siteErrors, { images: 64 }, errors(64));
    await store.saveAnalysis('half', answerKinds.siteErrors, { images: 16 }, errors(16));
    expect((await ask([{ runId: 'half', againstId: null }])).runs[0]?.errors?.images).toBe(64);
  });

  it('holds FP32 against nothing, and refuses a run that is not there', async () => {
    expect((await ask([{ runId: 'float', againstId: null }])).runs[0]).toMatchObject({ against: null, paired: null, flips: null, levels: [] });
    await expect(ask([{ runId: 'nobody', againstId: null }])).rejects.toMatchObject({ failure: { kind: 'not-found' } });
  });
});
