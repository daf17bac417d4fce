import { describe, expect, it } from 'vitest';
import { choose, matches, parseBenchArguments } from '../../../tools/bench/arguments';
import { benches } from '../../../tools/bench/catalogue';
import type { Bench } from '../../../tools/bench/row';

const bench = (ids: readonly string[], usual: readonly string[]): Bench => ({ ids, usual, run: () => Promise.resolve([]) });

describe('parseBenchArguments', () => {
  it('takes its switches and lists of patterns', () => {
    expect(parseBenchArguments([])).toEqual({ json: false, quick: false, list: false, help: false, only: [] });
    expect(parseBenchArguments(['--json', '--quick', '--only', 'kernel, memory.flat', '--only', 'workers.2']))
      .toEqual({ json: true, quick: true, list: false, help: false, only: ['kernel', 'memory.flat', 'workers.2'] });
  });

  it('refuses what it does not know', () => {
    expect(() => parseBenchArguments(['--fast'])).toThrow('--fast');
    expect(() => parseBenchArguments(['deit_tiny'])).toThrow('deit_tiny');
    expect(() => parseBenchArguments(['--only', ' , '])).toThrow('--only wants a pattern');
  });
});

describe('matches', () => {
  it.each([
    ['memory', 'memory.flat', true], ['memory.flat', 'memory.flat', true], ['mem', 'memory.flat', false], ['flat', 'memory.flat', false],
    ['*.BitLog2_Half_17', 'deit_tiny.reference.BitLog2_Half_17', true], ['*.BitLog2_Half_1', 'deit_tiny.reference.BitLog2_Half_17', false],
    ['deit_*.reference', 'deit_small.reference.Sqrt2_17', true], ['memory+flat', 'memory.flat', false], ['kernel.Sqrt2', 'kernel.Sqrt2_16', false],
  ])('%s and %s: %s', (pattern, id, expected) => {
    expect(matches(pattern, id)).toBe(expected);
  });
});

describe('choose', () => {
  const some = [bench(['a.1', 'a.2'], ['a.1']), bench(['b.1'], [])];

  it('takes the usual rows when nothing is asked for, any row otherwise', () => {
    expect(choose(some, []).map(({ wanted }) => wanted)).toEqual([['a.1']]);
    expect(choose(some, ['*.1']).map(({ wanted }) => wanted)).toEqual([['a.1'], ['b.1']]);
  });

  it('names a pattern that fits nothing', () => {
    expect(() => choose(some, ['a', 'c.1'])).toThrow('no row is called c.1');
  });
});

describe('the catalogue', () => {
  it('gives every row once, and the usual ones among them', () => {
    const ids = benches.flatMap((each) => each.ids);
    expect(new Set(ids).size).toBe(ids.length);
    for (const each of benches) expect(each.ids).toEqual(expect.arrayContaining([...each.usual]));
    for (const id of ['calibration.deit_tiny.32', 'deit_tiny.reference.BitLog2_Half_17', 'deit_tiny.reference.Sqrt2_17', 'kernel.Sqrt2_16', 'workers.2', 'schemes.all', 'memory.flat']) expect(ids).toContain(id);
  });
});
