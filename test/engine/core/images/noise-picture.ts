import type { Picture } from '../../../../src/engine/core/images/picture';

/** The picture that fixtures/images/make-pillow-fixtures.py draws from the same seed; hard: only 0 and 255. */
export function noisePicture(width: number, height: number, seed: number, hard = false): Picture {
  const data = new Uint8Array(width * height * 3);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = hard ? (state >>> 31 === 1 ? 255 : 0) : state >>> 24;
  }
  return { width, height, data };
}
