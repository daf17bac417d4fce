import type { HeadDamage } from '../../shared/attention';

/** The upper end of the navigator's colours: the largest KL among the blocks seen so far, never zero. */
export function largestKl(damage: ReadonlyMap<number, readonly HeadDamage[]>): number {
  let largest = 1e-12;
  for (const heads of damage.values()) for (const { kl } of heads) largest = Math.max(largest, kl);
  return largest;
}
