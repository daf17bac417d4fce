/** Measures several things in turn, A B C A B C ..., so that a disturbance of the machine meets all of them. */

export interface Interleaving {
  /** Measured rounds. */
  readonly rounds: number;
  /** Rounds before them that do not count: compilers and caches warm up. */
  readonly warmUp: number;
  /** Milliseconds since some start. */
  readonly now: () => number;
}

/** Milliseconds of each contestant in each measured round. */
export async function interleave(contestants: ReadonlyMap<string, () => Promise<void> | void>, { rounds, warmUp, now }: Interleaving): Promise<Map<string, number[]>> {
  const times = new Map([...contestants.keys()].map((name): [string, number[]] => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (const [name, work] of contestants) {
      const start = now();
      await work();
      const took = now() - start;
      if (round >= 0) times.get(name)?.push(took);
    }
  }
  return times;
}

/** The times of one contestant. Throws when it took no part. */
export function timesOf(times: ReadonlyMap<string, readonly number[]>, name: string): readonly number[] {
  const found = times.get(name);
  if (found === undefined) throw new Error(`${name} was not measured`);
  return found;
}
