/** Which format a file has by its first bytes. One ImageNet .JPEG is a PNG, so the extension decides nothing. */
export type ImageFormat =
  | { readonly kind: 'jpeg' }
  | { readonly kind: 'png' }
  /** A picture that this program does not read. */
  | { readonly kind: 'other'; readonly name: string }
  | { readonly kind: 'unknown' };

interface Signature {
  readonly format: ImageFormat;
  readonly bytes: readonly number[];
  readonly at?: number;
}

const signatures: readonly Signature[] = [
  { format: { kind: 'jpeg' }, bytes: [0xff, 0xd8, 0xff] },
  { format: { kind: 'png' }, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { format: { kind: 'other', name: 'GIF' }, bytes: [0x47, 0x49, 0x46, 0x38] },
  { format: { kind: 'other', name: 'WebP' }, bytes: [0x57, 0x45, 0x42, 0x50], at: 8 },
  { format: { kind: 'other', name: 'TIFF' }, bytes: [0x49, 0x49, 0x2a, 0x00] },
  { format: { kind: 'other', name: 'TIFF' }, bytes: [0x4d, 0x4d, 0x00, 0x2a] },
  { format: { kind: 'other', name: 'AVIF or HEIF' }, bytes: [0x66, 0x74, 0x79, 0x70], at: 4 },
  { format: { kind: 'other', name: 'JPEG 2000' }, bytes: [0x00, 0x00, 0x00, 0x0c, 0x6a, 0x50, 0x20, 0x20] },
];

/** "BM" alone begins many a text, so the rest of a BMP header is looked at: reserved bytes 0 and a known header size. */
function isBmp(bytes: Uint8Array): boolean {
  return bytes.length > 18 && bytes[0] === 0x42 && bytes[1] === 0x4d && bytes[6] === 0 && bytes[7] === 0 && bytes[8] === 0 && bytes[9] === 0
    && [12, 40, 52, 56, 64, 108, 124].includes(bytes[14]);
}

/** Portable pixmaps: P1 to P6 and white space. */
function isPixmap(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x50 && bytes[1] >= 0x31 && bytes[1] <= 0x36 && [0x09, 0x0a, 0x0d, 0x20].includes(bytes[2]);
}

export function imageFormat(bytes: Uint8Array): ImageFormat {
  for (const { format, bytes: expected, at = 0 } of signatures) {
    if (expected.every((byte, index) => bytes[at + index] === byte)) return format;
  }
  if (isBmp(bytes)) return { kind: 'other', name: 'BMP' };
  if (isPixmap(bytes)) return { kind: 'other', name: 'PPM' };
  return { kind: 'unknown' };
}
