/** When to start a lost engine again. Pure: the clock is an argument. */
export interface RestartPolicy {
  /** Losses in a row, each shortly after its start. */
  readonly quickLosses: number;
}

export const freshPolicy: RestartPolicy = { quickLosses: 0 };

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** An engine that lived this long was sound: the count starts anew. */
const soundAfterMs = 60_000;
const mostQuickLosses = 5;

/**
 * @param livedMs how long the engine that was just lost had run
 * @returns the next policy, with the delay until the next start, or null to give up
 */
export function afterLoss(policy: RestartPolicy, livedMs: number): { policy: RestartPolicy; delayMs: number | null } {
  const quickLosses = livedMs >= soundAfterMs ? 1 : policy.quickLosses + 1;
  const delayMs = quickLosses > mostQuickLosses ? null : Math.min(longestDelayMs, firstDelayMs * 2 ** (quickLosses - 1));
  return { policy: { quickLosses }, delayMs };
}
