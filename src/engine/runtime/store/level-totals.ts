/** Level counts of a run: summed in memory, stored as one line of text that a view turns into rows. */
import type { LevelCounts } from './store-types';

/** Totals by block. */
export type LevelTotals = ReadonlyMap<number, LevelCounts>;

/** The totals plus increments; new arrays, so that a failed commit leaves the old totals untouched. */
export function addLevels(totals: LevelTotals, increments: readonly LevelCounts[]): LevelTotals {
  const sums = new Map(totals);
  const own = new Set<number>();
  for (const { block, heads, codes, counts } of increments) {
    const before = sums.get(block);
    if (before !== undefined && (before.heads !== heads || before.codes !== codes)) {
      throw new RangeError(`block ${block}: counts of ${heads} heads x ${codes} codes do not fit ${before.heads} x ${before.codes}`);
    }
    if (counts.length !== heads * codes) throw new RangeError(`block ${block}: ${counts.length} counts for ${heads} heads x ${codes} codes`);
    const total = before !== undefined && own.has(block) ? before.counts : Float64Array.from(before?.counts ?? new Float64Array(counts.length));
    for (let i = 0; i < counts.length; i++) total[i] = (total[i] ?? 0) + (counts[i] ?? 0);
    own.add(block);
    sums.set(block, { block, heads, codes, counts: total });
  }
  return sums;
}

/** "block heads codes count count ...", blocks in order, joined by ";". */
export function levelText(totals: LevelTotals): string {
  return sorted(totals).map(({ block, heads, codes, counts }) => `${block} ${heads} ${codes} ${counts.join(' ')}`).join(';');
}

export function parseLevelText(text: string): LevelTotals {
  const totals = new Map<number, LevelCounts>();
  for (const line of text === '' ? [] : text.split(';')) {
    const [block = NaN, heads = NaN, codes = NaN, ...counts] = line.split(' ').map(Number);
    if (counts.length !== heads * codes) throw new Error(`stored level counts of block ${block}: ${counts.length} for ${heads} x ${codes}`);
    totals.set(block, { block, heads, codes, counts: Float64Array.from(counts) });
  }
  return totals;
}

export function sorted(totals: LevelTotals): LevelCounts[] {
  return [...totals.values()].sort((a, b) => a.block - b.block);
}
