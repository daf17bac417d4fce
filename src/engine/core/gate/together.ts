/** Whether pictures with the same label get the same answer, whatever the answer is: then the labels belong to the pictures, under whatever names. */
import { createRandom } from '../random/random';

const draws = 1999;

/**
 * P(as many pairs of the same label with the same answer), were labels and answers unrelated: by exchanging the answers at random, seeded.
 * 1 when no two pictures share a label.
 */
export function togetherByChance(labels: readonly number[], answers: readonly number[], seed: number): number {
  const groups = new Map<number, number[]>();
  labels.forEach((label, i) => groups.set(label, [...(groups.get(label) ?? []), i]));
  const members = [...groups.values()].filter(({ length }) => length > 1);
  if (members.length === 0) return 1;
  const pairs = (given: readonly number[]): number => members.reduce((sum, group) => sum + equalPairs(group, given), 0);
  const random = createRandom(seed);
  const observed = pairs(answers);
  const shuffled = [...answers];
  let reached = 0;
  for (let draw = 0; draw < draws; draw++) {
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = random.int(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
    }
    if (pairs(shuffled) >= observed) reached++;
  }
  return (reached + 1) / (draws + 1);
}

function equalPairs(group: readonly number[], given: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const i of group) counts.set(given[i], (counts.get(given[i]) ?? 0) + 1);
  let pairs = 0;
  for (const count of counts.values()) pairs += (count * (count - 1)) / 2;
  return pairs;
}
