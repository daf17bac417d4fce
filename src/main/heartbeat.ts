/** Whether the engine still answers. Pure: the clock is an argument. */

export interface Heart {
  /** When the last question went out, and whether it was answered since. */
  readonly askedAt: number;
  answered: boolean;
  /** Questions in a row without an answer, and since when. */
  readonly missed: number;
  readonly silentSince: number;
}

/** This many questions in a row stay without an answer before it counts as hanging: a checkpoint of a large workspace takes seconds. */
const mostMissed = 5;

/** Before the first question. */
export function stillHeart(now: number): Heart {
  return { askedAt: now, answered: true, missed: 0, silentSince: now };
}

/**
 * One beat: looks whether the last question was answered, and asks the next.
 *
 * @param beatMs time between two beats. One that comes far too late means that this process slept as well (the machine did): nothing is missed then.
 */
export function heartbeat(heart: Heart, now: number, beatMs: number): { readonly kind: 'asks'; readonly heart: Heart } | { readonly kind: 'hangs'; readonly silentMs: number } {
  const slept = now - heart.askedAt > 3 * beatMs;
  const missed = heart.answered || slept ? 0 : heart.missed + 1;
  if (missed >= mostMissed) return { kind: 'hangs', silentMs: now - heart.silentSince };
  return { kind: 'asks', heart: { askedAt: now, answered: false, missed, silentSince: missed === 0 ? now : heart.silentSince } };
}
