/** Figures do not depend on the order in which workers finished, nor on how finished batches were grouped, nor on reopening. */
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { openStore } from '../../../../src/engine/runtime/store/open-store';
import type { Store } from '../../../../src/engine/runtime/store/store-types';
import { batchCommit, newRun, seedStore, temporaryFolder } from '../../../helpers/store-records';

const folder = temporaryFolder('store-order');
afterAll(() => folder.remove());

const batches = [0, 1, 2, 3, 4, 5, 6, 7];
const skipped = [5, 6, 30];

async function figures(store: Store): Promise<unknown> {
  return {
    run: await store.run('r'),
    outcomes: await store.outcomes('r'),
    levels: await store.levelCounts('r'),
    skipped: await store.skipped('r'),
    predictions: await store.predictions('r', 0, 100),
    batches: await store.committedBatches('r'),
  };
}

async function evaluate(name: string, groups: readonly (readonly number[])[], reopenAfter: number): Promise<unknown> {
  const file = join(folder.path, `${name}.bitlog2`);
  let store = await openStore(file);
  const listId = await seedStore(store, 32);
  await store.createRun(newRun('r', listId, { total: 32 }));
  for (const [i, group] of groups.entries()) {
    await store.commitBatches(group.map((batch) => batchCommit(batch, ['r'], 4, skipped)));
    if (i === reopenAfter) {
      await store.close();
      store = await openStore(file);
    }
  }
  await store.setRunState('r', 'done');
  const result = await figures(store);
  await store.close();
  return result;
}

it('any interleaving of commits gives the same figures', async () => {
  const reference = await evaluate('reference', batches.map((batch) => [batch]), -1);
  let number = 0;
  const interleaving = fc.tuple(fc.shuffledSubarray(batches, { minLength: 8 }), fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), fc.nat(8));
  await fc.assert(
    fc.asyncProperty(interleaving, async ([order, cuts, reopenAfter]) => {
      const groups: number[][] = [[]];
      order.forEach((batch, i) => {
        if (i > 0 && cuts[i - 1] === true) groups.push([]);
        groups.at(-1)?.push(batch);
      });
      expect(await evaluate(`case-${number++}`, groups, reopenAfter)).toEqual(reference);
    }),
    { numRuns: 12, seed: 42 },
  );
});
