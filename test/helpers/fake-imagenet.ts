/** A small ImageNet of the sample's pictures: ten classes filed under their WordNet ids, train and val. */
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { spreadClasses } from './spread-head';

/** Writes `root/train` and `root/val` with so many pictures of each class. */
export function fakeImagenet(root: string, perClass: { readonly train: number; readonly val: number }): string {
  for (const split of ['train', 'val'] as const) {
    for (const [folder, id] of spreadClasses) {
      const from = resolve('resources/sample/images', split, folder);
      mkdirSync(join(root, split, id), { recursive: true });
      for (const name of readdirSync(from).sort().slice(0, perClass[split])) cpSync(join(from, name), join(root, split, id, name));
    }
  }
  return root;
}
