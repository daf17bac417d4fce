/** Seeds as a person writes them: whole numbers apart by commas or spaces, and stretches such as 0-4. */

/** More draws than this at once is a slip of the keyboard: each is a whole calibration and evaluation. */
export const mostSeeds = 32;
const largestSeed = 2 ** 32 - 1;

/** Each once, in the order written; null when it is not a list of seeds, or one of none or of too many. */
export function parseSeeds(text: string): readonly number[] | null {
  const items = text.split(/[\s,]+/).filter((item) => item !== '');
  const seeds: number[] = [];
  for (const item of items) {
    const match = /^(\d{1,10})(?:[-–](\d{1,10}))?$/.exec(item);
    if (match === null) return null;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (last < first || last > largestSeed || last - first >= mostSeeds) return null;
    for (let seed = first; seed <= last; seed++) seeds.push(seed);
  }
  const each = [...new Set(seeds)];
  return each.length === 0 || each.length > mostSeeds ? null : each;
}

export function seedsText(seeds: readonly number[]): string {
  return seeds.join(', ');
}
