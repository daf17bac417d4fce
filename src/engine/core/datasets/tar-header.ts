/** One header block of a tar archive (POSIX ustar, with GNU's and pax's long names read by whoever walks the archive). */

export const tarBlock = 512;

export type TarHeader =
  /** The end of the archive is blocks of zeros. */
  | { readonly kind: 'end' }
  | { readonly kind: 'damaged'; readonly what: string }
  | { readonly kind: 'file' | 'folder' | 'long-name' | 'pax' | 'other'; readonly name: string; readonly size: number };

/** @param block 512 bytes */
export function readTarHeader(block: Uint8Array): TarHeader {
  if (block.every((byte) => byte === 0)) return { kind: 'end' };
  const stored = octal(block, 148, 8);
  let sum = 8 * 0x20;
  for (let i = 0; i < tarBlock; i++) if (i < 148 || i >= 156) sum += block[i];
  if (stored !== sum) return { kind: 'damaged', what: `the checksum is ${stored ?? 'missing'}, the bytes give ${sum}` };
  const size = sizeOf(block);
  if (size === null) return { kind: 'damaged', what: 'the size is no number' };
  const prefix = text(block, 257, 5) === 'ustar' ? text(block, 345, 155) : '';
  const name = prefix === '' ? text(block, 0, 100) : `${prefix}/${text(block, 0, 100)}`;
  return { kind: kindOf(block[156]), name, size };
}

/** Bytes that a member's contents take in the archive. */
export function paddedSize(size: number): number {
  return Math.ceil(size / tarBlock) * tarBlock;
}

/** Why a member's name must not be used as a path, or null: archives from strangers may point outside the folder. */
export function unsafeName(name: string): string | null {
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name) || name.includes('\\') || name.includes('\0')) return 'it is an absolute path';
  return name.split('/').includes('..') ? 'it leads out of the archive by ".."' : null;
}

/** `path` of a pax header: lines of "length key=value". */
export function paxPath(utf8: string): string | null {
  const found = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(utf8)?.[1];
  return found ?? null;
}

function kindOf(flag: number): 'file' | 'folder' | 'long-name' | 'pax' | 'other' {
  switch (String.fromCharCode(flag)) {
    case '\0': case '0': case '7': return 'file';
    case '5': return 'folder';
    case 'L': return 'long-name';
    case 'x': return 'pax';
    default: return 'other';
  }
}

function text(block: Uint8Array, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return String.fromCharCode(...(end < 0 ? field : field.subarray(0, end)));
}

function octal(block: Uint8Array, at: number, length: number): number | null {
  const digits = text(block, at, length).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : null;
}

/** Octal, or GNU's big-endian binary for members above 8 GB (ImageNet's train archive has such classes' archives inside). */
function sizeOf(block: Uint8Array): number | null {
  if ((block[124] & 0x80) === 0) return octal(block, 124, 12);
  let size = block[124] & 0x7f;
  for (let i = 125; i < 136; i++) size = size * 256 + block[i];
  return Number.isSafeInteger(size) ? size : null;
}
