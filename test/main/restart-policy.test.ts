import { expect, test } from 'vitest';
import { afterLoss, freshPolicy, type RestartPolicy } from '../../src/main/restart-policy';

function delays(lives: readonly number[]): (number | null)[] {
  let policy: RestartPolicy = freshPolicy;
  return lives.map((livedMs) => {
    const next = afterLoss(policy, livedMs);
    policy = next.policy;
    return next.delayMs;
  });
}

test('waits longer after each quick loss, then gives up', () => {
  expect(delays([10, 10, 10, 10, 10, 10])).toEqual([500, 1000, 2000, 4000, 8000, null]);
});

test('an engine that ran for a minute starts the count anew', () => {
  expect(delays([10, 10, 60_000, 10, 120_000])).toEqual([500, 1000, 500, 1000, 500]);
});
