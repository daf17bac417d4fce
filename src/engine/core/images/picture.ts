/** A decoded picture: 8-bit RGB, row by row, no padding. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly data: Uint8Array;
}

/** An empty (black) picture of the given size. */
export function createPicture(width: number, height: number): Picture {
  return { width, height, data: new Uint8Array(width * height * 3) };
}
