/** `listing.50000`: ImageNet's validation split in class folders, listed from a warm disk: anew, and from the listing that an earlier session kept. */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imagenetClasses } from '../../../src/engine/runtime/datasets/imagenet-class-list';
import { keepListingsIn, loadDataset } from '../../../src/engine/runtime/library/dataset-library';
import { interleave, timesOf } from '../interleave';
import type { Bench, Row } from '../row';
import { summarise } from '../statistics';

const id = 'listing.50000';
const perClass = 50;

/** Folders and empty files as ImageNet names them; their times lie in the past, since what has just changed is never taken from a kept listing. */
function drawFolders(root: string): void {
  const past = new Date(2020, 0, 1);
  for (const [label, { id: folder }] of imagenetClasses.list.entries()) {
    const path = join(root, 'val', folder);
    mkdirSync(path, { recursive: true });
    for (let i = 0; i < perClass; i++) writeFileSync(join(path, `ILSVRC2012_val_${String(label * perClass + i + 1).padStart(8, '0')}.JPEG`), '');
    utimesSync(path, past, past);
  }
  utimesSync(join(root, 'val'), past, past);
  utimesSync(root, past, past);
}

export const listingBench: Bench = {
  ids: [id],
  usual: [id],
  async run(context): Promise<Row[]> {
    const root = join(context.folder, 'listing');
    const shelf = join(context.folder, 'listings');
    drawFolders(root);
    const list = async (folder: string | null): Promise<void> => {
      keepListingsIn(folder);
      const { listing } = await loadDataset(root);
      if (listing.val.count !== imagenetClasses.list.length * perClass) throw new Error(`listed ${listing.val.count} pictures`);
    };
    try {
      await list(shelf);
      const contestants = new Map<string, () => Promise<void>>([['anew', () => list(null)], ['kept', () => list(shelf)]]);
      const times = await interleave(contestants, { rounds: context.rounds(7), warmUp: 1, now: context.now });
      const seconds = (name: string): number[] => timesOf(times, name).map((time) => time / 1000);
      return [{ id, figures: { seconds: summarise(seconds('anew')), kept_seconds: summarise(seconds('kept')) } }];
    } finally {
      keepListingsIn(null);
      rmSync(root, { recursive: true, force: true });
    }
  },
};
