/** Order of names as Python's `sorted` gives it: by Unicode code point, where JavaScript compares UTF-16 units. */

/** Lifts surrogates above the rest of the basic plane, where the characters that they stand for belong. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Negative, zero or positive, for Array.sort. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Sorts names in place by code point. Without surrogates the built-in order is the same, and much faster over a million names. */
export function sortByCodePoints(names: string[]): string[] {
  return names.some((name) => /[\ud800-\udfff]/.test(name)) ? names.sort(compareCodePoints) : names.sort();
}
