import { describe, expect, it } from 'vitest';
import { interleave, timesOf } from '../../../tools/bench/interleave';

describe('interleave', () => {
  it('takes turns, leaves the warm-up out, and times each contestant apart', async () => {
    const order: string[] = [];
    let clock = 0;
    const work = (name: string, took: number) => (): void => {
      order.push(name);
      clock += took;
    };
    const times = await interleave(new Map([['a', work('a', 3)], ['b', work('b', 5)]]), { rounds: 2, warmUp: 1, now: () => clock });
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect([...times]).toEqual([['a', [3, 3]], ['b', [5, 5]]]);
    expect(() => timesOf(times, 'c')).toThrow('c was not measured');
  });
});
