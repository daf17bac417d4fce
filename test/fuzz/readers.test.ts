import { describe, expect, it } from 'vitest';
import { caseNumbers } from './cases';
import { dice, mutate } from './mutate';
import { fuzzTargets, type FuzzTarget } from './targets';

const shares = fuzzTargets.reduce((sum, { share }) => sum + share, 0);
/** Of all cases; the rest are those of the contract, of workspaces and of whole imports. */
const readersPart = 0.7;
/** A reader that grows by more on small files has no limit. */
const mostGrowth = 512 * 2 ** 20;

function caseOf(target: FuzzTarget, number: number): Uint8Array {
  const chance = dice(number);
  const seed = target.seeds[chance.below(target.seeds.length)] ?? new Uint8Array(0);
  const other = target.seeds[chance.below(target.seeds.length)] ?? seed;
  return mutate(seed, other, chance);
}

describe.each(fuzzTargets.map((target) => [target.name, target] as const))('damaged %s', (_, target) => {
  it('give a value or a refusal in the reader\'s own words, and leave no memory behind', { timeout: 3_600_000 }, () => {
    for (const seed of target.seeds) target.read(seed);
    const before = process.memoryUsage.rss();
    for (const number of caseNumbers(readersPart * target.share / shares)) {
      const bytes = caseOf(target, number);
      try {
        target.read(bytes);
      } catch (error) {
        throw new Error(`case ${number} of ${target.name}`, { cause: error });
      }
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(mostGrowth);
  });
});
