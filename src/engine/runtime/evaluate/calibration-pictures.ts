/** The calibration images of one task, prepared batch by batch when the calibration asks for them, and what had to be left out. */
import { at } from '../../../shared/at';
import { fail } from '../../../shared/failure';
import type { SkippedImage } from '../../../shared/records';
import { discard } from '../ort/discard';
import type { ImageSet } from '../workers/protocol';
import type { PixelBatch } from './calibrator';
import { loadBatch } from './load-pixels';

export interface PictureNeeds {
  readonly batch: number;
  /** Height and width of the network's input. */
  readonly side: number;
  /** Images that were asked for. */
  readonly wanted: number;
}

export class CalibrationPictures {
  readonly skipped: SkippedImage[] = [];
  /** Images read so far. */
  used = 0;

  constructor(private readonly images: ImageSet, private readonly needs: PictureNeeds, private readonly poll: () => void) {}

  /** To be read once; a batch is good until the next one is asked for. Throws a 'calibration' failure at its end when no image could be used. */
  *batches(): Generator<PixelBatch, void, undefined> {
    const { images, needs } = this;
    for (let first = 0; first < images.files.length; first += needs.batch) {
      const files = images.files.slice(first, first + needs.batch);
      const { pixels, loaded, skipped } = loadBatch(files, needs.batch, needs.side, images.preprocess, this.poll);
      for (const { position, reason, detail } of skipped) this.skipped.push({ file: at(files, position), reason, detail });
      this.used += loaded.length;
      if (loaded.length > 0) yield { pixels, valid: loaded.length };
      if (pixels.buffer instanceof ArrayBuffer) discard(pixels.buffer);
    }
    if (this.used > 0) return;
    throw fail('calibration', 'None of the calibration images could be read', { place: 'the calibration images', expected: `${needs.wanted} readable images`, next: 'Look at the list of skipped images' });
  }
}
