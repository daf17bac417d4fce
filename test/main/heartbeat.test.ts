import { expect, it } from 'vitest';
import { heartbeat, stillHeart, type Heart } from '../../src/main/heartbeat';

/** Beats until it hangs or `beats` are over; `answers` says whether each is answered, `late` how late each comes. */
function live(beats: number, answers: (beat: number) => boolean, late: (beat: number) => number = () => 0): { hungAfter: number | null; silentMs: number } {
  let now = 0;
  let heart: Heart = stillHeart(now);
  for (let beat = 0; beat < beats; beat++) {
    now += 5000 + late(beat);
    const next = heartbeat(heart, now, 5000);
    if (next.kind === 'hangs') return { hungAfter: beat, silentMs: next.silentMs };
    heart = next.heart;
    heart.answered = answers(beat);
  }
  return { hungAfter: null, silentMs: 0 };
}

it('lives as long as it answers now and then', () => {
  expect(live(1000, () => true).hungAfter).toBeNull();
  expect(live(1000, (beat) => beat % 4 === 0).hungAfter).toBeNull();
});

it('hangs after five questions in a row without an answer', () => {
  expect(live(1000, (beat) => beat < 100)).toEqual({ hungAfter: 105, silentMs: 25_000 });
});

it('is not taken for hanging because the machine slept', () => {
  expect(live(200, (beat) => beat % 2 === 0, (beat) => (beat === 50 ? 8 * 3600_000 : 0)).hungAfter).toBeNull();
  // It was silent before, and after the sleep it is asked anew.
  expect(live(200, (beat) => beat < 10 || beat > 15, (beat) => (beat === 14 ? 3600_000 : 0)).hungAfter).toBeNull();
});
