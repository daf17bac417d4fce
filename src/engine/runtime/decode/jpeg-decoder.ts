/**
 * JPEG to RGB by libjpeg-turbo in WebAssembly: the compiled library inside @cwasm/jpeg-turbo, equal to Pillow's pixels.
 * The package's own wrapper is not used: it decodes to RGBA, copies twice, treats libjpeg's warnings (which Pillow passes over)
 * as failures, and keeps using an instance whose stack was abandoned by an error.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { checkImageSize } from '../../core/images/image-limits';
import { checkJpegKind, readJpegHeader } from '../../core/images/jpeg-header';
import type { Picture } from '../../core/images/picture';
import { ImageSkip } from '../../core/images/skip-reason';

// The part of the global that is used: its types come with the DOM library, which Node code does without.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

interface JpegTurbo {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(bytes: number): number;
  free(pointer: number): void;
  tjInitDecompress(): number;
  tjDestroy(handle: number): number;
  tjDecompressHeader3(handle: number, source: number, bytes: number, width: number, height: number, subsampling: number, colours: number): number;
  tjDecompress2(handle: number, source: number, bytes: number, target: number, width: number, pitch: number, height: number, format: number, flags: number): number;
}

const rgbFormat = 0;
/** WebAssembly memory never shrinks: an instance that grew beyond this is given back. */
const keptBytes = 96 * 1024 * 1024;

/** libjpeg leaves through longjmp on an error; without setjmp in WebAssembly, by an exception that ends the instance. */
class JpegAbort extends Error {}

let compiled: object | null = null;
let current: JpegTurbo | null = null;

function isJpegTurbo(exports: unknown): exports is JpegTurbo {
  return typeof exports === 'object' && exports !== null && 'tjDecompress2' in exports && 'tjInitDecompress' in exports && 'memory' in exports;
}

function instantiate(): JpegTurbo {
  compiled ??= new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve('@cwasm/jpeg-turbo/jpeg-turbo.wasm')));
  const abort = (): never => {
    throw new JpegAbort();
  };
  const { exports } = new WebAssembly.Instance(compiled, {
    env: { setjmp: () => 0, longjmp: abort },
    wasi_snapshot_preview1: { environ_sizes_get: () => 0, environ_get: abort, proc_exit: abort, fd_close: abort, fd_seek: abort, fd_write: abort },
  });
  if (!isJpegTurbo(exports)) throw new Error('the JPEG decoder lacks the functions that are expected of it');
  return exports;
}

function allocate(turbo: JpegTurbo, bytes: number): number {
  const pointer = turbo.malloc(bytes);
  if (pointer === 0) throw new ImageSkip('too-large', 'There is not enough memory to decode the picture.');
  return pointer;
}

function decodeWith(turbo: JpegTurbo, bytes: Uint8Array, width: number, height: number): Uint8Array {
  const source = allocate(turbo, bytes.length);
  new Uint8Array(turbo.memory.buffer).set(bytes, source);
  const size = width * height * 3;
  const target = allocate(turbo, size);
  const figures = allocate(turbo, 16);
  const handle = turbo.tjInitDecompress();
  // The status is not asked for: it is also "failed" for subsampling that cannot be named but can be decoded.
  turbo.tjDecompressHeader3(handle, source, bytes.length, figures, figures + 4, figures + 8, figures + 12);
  const [libraryWidth, libraryHeight] = new Int32Array(turbo.memory.buffer, figures, 2);
  if (libraryWidth !== width || libraryHeight !== height) throw new JpegAbort();
  // Errors arrive as JpegAbort; a status of -1 that returns is a warning, which Pillow ignores too.
  turbo.tjDecompress2(handle, source, bytes.length, target, width, width * 3, height, rgbFormat, 0);
  const pixels = new Uint8Array(turbo.memory.buffer, target, size).slice();
  turbo.tjDestroy(handle);
  turbo.free(figures);
  turbo.free(target);
  turbo.free(source);
  return pixels;
}

/** Decodes a whole JPEG file; EXIF orientation is ignored. Throws ImageSkip. */
export function decodeJpeg(bytes: Uint8Array): Picture {
  const header = readJpegHeader(bytes);
  checkJpegKind(header);
  const { width, height } = header;
  checkImageSize(width, height);
  const turbo = current ?? instantiate();
  // Kept only after a clean end.
  current = null;
  try {
    const data = decodeWith(turbo, bytes, width, height);
    if (turbo.memory.buffer.byteLength <= keptBytes) current = turbo;
    return { width, height, data };
  } catch (error) {
    // A damaged stream may also run into a WebAssembly trap.
    if (error instanceof JpegAbort || (error instanceof Error && error.constructor.name === 'RuntimeError')) {
      throw new ImageSkip('broken', 'The JPEG data is damaged and cannot be decoded.');
    }
    throw error;
  }
}
