/** What a file that is no ONNX model looks like, for the message to the user. */

const signatures: readonly (readonly [string, readonly number[], number])[] = [
  ['a zip archive, perhaps a PyTorch checkpoint', [0x50, 0x4b, 0x03, 0x04], 0],
  ['a gzip archive', [0x1f, 0x8b], 0],
  ['an HDF5 file', [0x89, 0x48, 0x44, 0x46], 0],
  ['a PNG picture', [0x89, 0x50, 0x4e, 0x47], 0],
  ['a JPEG picture', [0xff, 0xd8, 0xff], 0],
  ['a TensorFlow Lite model', [0x54, 0x46, 0x4c, 0x33], 4],
  ['an ORT-format model', [0x4f, 0x52, 0x54, 0x4d], 4],
];

/** A short phrase such as `a text file`, or null when the bytes look like nothing known. */
export function looksLike(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return 'an empty file';
  for (const [phrase, signature, at] of signatures) {
    if (signature.every((byte, i) => bytes[at + i] === byte)) return phrase;
  }
  if (bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5) return 'a Python pickle, perhaps a PyTorch checkpoint';
  const head = bytes.subarray(0, 512);
  if (isText(head)) {
    const text = String.fromCharCode(...head).trimStart().toLowerCase();
    if (text.startsWith('version https://git-lfs')) return 'a Git LFS pointer, not the file itself';
    if (text.startsWith('<!doctype html') || text.startsWith('<html')) return 'a web page';
    return 'a text file';
  }
  if (bytes.length > 9 && bytes[8] === 0x7b && bytes[6] === 0 && bytes[7] === 0) return 'a safetensors file';
  return null;
}

/** Printable or white space throughout. An ONNX file starts with 0x08 (its version field), which is not text. */
function isText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 ? byte !== 0x7f : byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
