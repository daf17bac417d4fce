/** The `count` names that a pattern with `*` and `?` comes nearest to, nearest first, ties in the order of `names`. For messages. */
export function nearNames(pattern: string, names: readonly string[], count: number): string[] {
  return names
    .map((name, place) => ({ name, place, edits: distance(pattern, name) }))
    .sort((a, b) => a.edits - b.edits || a.place - b.place)
    .slice(0, count)
    .map(({ name }) => name);
}

/** A part of a name is nearly the name: what stands around it costs little. */
function distance(pattern: string, name: string): number {
  return Math.min(globEdits(pattern, name), globEdits(`${pattern}*`, name) + 1, globEdits(`*${pattern}*`, name) + 2);
}

/** Least number of characters to insert, drop or change in `pattern` until it matches; what a `*` stands for is free. */
function globEdits(pattern: string, name: string): number {
  let row = Array.from({ length: name.length + 1 }, (_, n) => n);
  for (const wanted of pattern) {
    const next = new Array<number>(name.length + 1);
    next[0] = wanted === '*' ? row[0] : row[0] + 1;
    for (let n = 1; n <= name.length; n++) {
      next[n] = wanted === '*'
        ? Math.min(row[n], next[n - 1])
        : Math.min(row[n] + 1, next[n - 1] + 1, row[n - 1] + (wanted === '?' || wanted === name[n - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[name.length];
}
