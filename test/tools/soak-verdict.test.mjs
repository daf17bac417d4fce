import { expect, it } from 'vitest';
import { judgeSoak, soakDrawing } from '../../tools/lib/soak-verdict.mjs';

/**
 * Twenty minutes of evaluating and five of loading, with what a function says of each second.
 *
 * @param {(second: number) => number} rss
 * @param {(second: number) => number} handles
 */
function samples(rss, handles) {
  return Array.from({ length: 1500 }, (_, seconds) => ({ seconds, stage: seconds < 1200 ? 'evaluating' : 'loading', done: seconds, rss: rss(seconds) * 1e6, handles: handles(seconds) }));
}

it('finds memory that wobbles and settles flat', () => {
  const verdict = judgeSoak(samples((second) => 600 + 40 * Math.sin(second) + 200 * (1 - Math.exp(-second / 60)), () => 40));
  expect(verdict).toMatchObject({ flat: true, noLeak: true });
});

it('finds memory that grows, and handles that stay open', () => {
  expect(judgeSoak(samples((second) => 600 + second / 4, () => 40))).toMatchObject({ flat: false, noLeak: true });
  expect(judgeSoak(samples(() => 600, (second) => 40 + Math.floor(second / 100)))).toMatchObject({ flat: true, noLeak: false });
  // Only while models are loaded.
  expect(judgeSoak(samples((second) => (second < 1200 ? 600 : 600 + (second - 1200)), () => 40)).flat).toBe(false);
});

it('draws both over time', () => {
  const drawing = soakDrawing(samples(() => 600, () => 40));
  expect(drawing).toMatch(/^<svg [^>]+>/);
  expect(drawing.match(/<polyline/g)).toHaveLength(2);
  expect(drawing).not.toContain('NaN');
});
