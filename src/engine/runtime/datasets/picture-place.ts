/**
 * Where a picture's bytes are: a file, or a stretch of an archive. Everything that works on pictures knows them by one text, so a stretch is
 * written as one too: NUL cannot occur in a path.
 */
export interface PicturePlace {
  readonly file: string;
  /** Null: the whole file. */
  readonly stretch: { readonly offset: number; readonly length: number } | null;
}

export function writePlace(archive: string, offset: number, length: number): string {
  return `${archive}\0${offset}\0${length}`;
}

export function readPlace(path: string): PicturePlace {
  const [file = path, offset, length] = path.split('\0');
  return { file, stretch: offset === undefined || length === undefined ? null : { offset: Number(offset), length: Number(length) } };
}
