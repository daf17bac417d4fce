import { createRandom, type Random } from './random';

/**
 * A seeded, class-balanced, nested choice of images for `--limit`.
 *
 * Each class is shuffled, then the classes give one image each in turn, in a seeded order. So limit k is the first k
 * entries of limit k + 1, any prefix is balanced (class counts differ by at most one while classes last), and a
 * partial result after a few batches is already a fair sample.
 *
 * @param labels class of each image, any integers
 * @param limit how many images; at most `labels.length` come back
 * @returns indices into `labels`, in draw order
 */
export function balancedSubset(labels: Int32Array | readonly number[], limit: number, seed: number): number[] {
  if (!Number.isInteger(limit) || limit < 0) throw new Error(`limit: expected a whole number from 0, got ${limit}`);
  const classes = new Map<number, number[]>();
  for (let image = 0; image < labels.length; image++) {
    const members = classes.get(labels[image]);
    if (members) members.push(image);
    else classes.set(labels[image], [image]);
  }

  const random = createRandom(seed);
  // Sorted first: the draw must not depend on the order in which classes were met.
  const queues = [...classes.entries()].sort(([a], [b]) => a - b).map(([, members]) => members);
  for (const members of queues) shuffle(members, random);
  shuffle(queues, random);

  const wanted = Math.min(limit, labels.length);
  const chosen: number[] = [];
  for (let round = 0; chosen.length < wanted; round++) {
    for (const members of queues) {
      if (round < members.length && chosen.length < wanted) chosen.push(members[round]);
    }
  }
  return chosen;
}

function shuffle<T>(items: T[], random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    const item = items[i];
    items[i] = items[j];
    items[j] = item;
  }
}
