/** Why a picture takes no part in a run. Skipped pictures are counted and listed, never silently different. */
export const skipReasons = ['not-an-image', 'broken', 'cmyk', 'too-large', 'unsupported-format', 'unreadable'] as const;
export type SkipReason = (typeof skipReasons)[number];

/** Thrown while a picture is read: an expected outcome, caught by whoever walks over the pictures. */
export class ImageSkip extends Error {
  /** @param detail one sentence for the user, without the file name. */
  constructor(readonly reason: SkipReason, readonly detail: string) {
    super(detail);
    this.name = 'ImageSkip';
  }
}
