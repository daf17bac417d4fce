/**
 * Where a picture's bytes are: a file, a stretch of an archive, or a row of a parquet file. Everything that works on pictures knows them by one text, so
 * the others are written as one too: NUL cannot occur in a path.
 */
export type PicturePlace =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'stretch'; readonly file: string; readonly offset: number; readonly length: number }
  /** `column`: a column, or a struct's column and its field. */
  | { readonly kind: 'row'; readonly file: string; readonly row: number; readonly column: readonly string[] };

export function writePlace(archive: string, offset: number, length: number): string {
  return `${archive}\0${offset}\0${length}`;
}

export function writeRow(file: string, row: number, column: readonly string[]): string {
  return `${file}\0row\0${row}\0${column.join('\0')}`;
}

export function readPlace(path: string): PicturePlace {
  const [file = path, first, second, ...column] = path.split('\0');
  if (first === undefined || second === undefined) return { kind: 'file', file };
  if (first === 'row') return { kind: 'row', file, row: Number(second), column };
  return { kind: 'stretch', file, offset: Number(first), length: Number(second) };
}

/** A place for people: "ILSVRC2012_img_val.tar, byte 1024". */
export function placeText(path: string): string {
  const place = readPlace(path);
  switch (place.kind) {
    case 'file': return place.file;
    case 'stretch': return `${place.file}, byte ${place.offset}`;
    case 'row': return `${place.file}, row ${place.row}`;
  }
}
