/** What the measurements share: a temporary folder, models and pictures made for them, repeats, a clock. */
import { join } from 'node:path';
import { ModelShelf } from './models';
import { drawDataset } from './pictures';

export interface BenchPaths {
  /** The built bench itself, for child processes. */
  readonly program: string;
  /** The built worker entry. */
  readonly worker: string;
  readonly resources: string;
}

export interface BenchContext extends BenchPaths {
  readonly folder: string;
  readonly quick: boolean;
  readonly models: ModelShelf;
  /** A data set of `count` pictures to evaluate, in ImageNet layout. Drawn once. */
  readonly dataset: (name: 'large' | 'small', count: number) => string;
  /** Repeats: fewer in a quick look. */
  readonly rounds: (usual: number) => number;
  readonly now: () => number;
  /** Says what is going on, on stderr. */
  readonly say: (text: string) => void;
}

/** Sides of the pictures: as large as ImageNet's are after a usual crop, or small enough that decoding does not count. */
const sides = { large: 320, small: 64 } as const;

export function createContext(folder: string, paths: BenchPaths, quick: boolean, say: (text: string) => void): BenchContext {
  const drawn = new Map<string, string>();
  return {
    ...paths,
    folder,
    quick,
    models: new ModelShelf(folder),
    dataset: (name, count) => {
      const root = join(folder, `pictures-${name}-${count}`);
      if (!drawn.has(root)) drawDataset(root, { side: sides[name], count, calibration: 32 });
      drawn.set(root, root);
      return root;
    },
    rounds: (usual) => (quick ? Math.min(2, usual) : usual),
    now: () => performance.now(),
    say,
  };
}
