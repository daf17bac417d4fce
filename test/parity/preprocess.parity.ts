/** Every decoded and every resized, cropped pixel of the reference's pictures, compared by SHA-256 with Pillow and torchvision. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resizeAndCrop } from '../../src/engine/core/images/resize-and-crop';
import { decodeImage } from '../../src/engine/runtime/decode/decode-image';
import { cropImage } from '../../src/engine/runtime/decode/prepare-image';
import { readImageBytes } from '../../src/engine/runtime/decode/read-image';

export interface PreprocessCase {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly decoded_sha256: string;
  /** crop_pct -> hash of the 224 x 224 crop. */
  readonly crops: Readonly<Record<string, string>>;
}

export interface PreprocessReport {
  readonly images: number;
  /** Hashes compared. */
  readonly checks: number;
  /** One line per hash that differs, or picture that could not be read. */
  readonly problems: readonly string[];
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Compares pictures with their recorded hashes; `locate` turns a case into a path. */
export function checkCases(cases: readonly PreprocessCase[], locate: (file: string) => string): PreprocessReport {
  const problems: string[] = [];
  let checks = 0;
  const compare = (what: string, expected: string, actual: string): void => {
    checks++;
    if (actual !== expected) problems.push(`${what}: expected ${expected}, got ${actual}`);
  };
  for (const { file, width, height, decoded_sha256: decoded, crops } of cases) {
    try {
      const bytes = readImageBytes(locate(file));
      const picture = decodeImage(bytes);
      compare(`${file} size`, `${width}x${height}`, `${picture.width}x${picture.height}`);
      compare(`${file} decoded`, decoded, sha256(picture.data));
      for (const [cropPct, expected] of Object.entries(crops)) {
        const settings = { input: 224, cropPct: Number(cropPct), interpolation: 'bicubic' } as const;
        compare(`${file} at ${cropPct}`, expected, sha256(resizeAndCrop(picture, settings).data));
        compare(`${file} at ${cropPct}, as runs read it`, expected, sha256(cropImage(bytes, settings).data));
      }
    } catch (error) {
      problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { images: cases.length, checks, problems };
}

/** All of `parity/preprocess.json` in the shared folder: photographs and synthetic pictures. */
export function checkPreprocess(sharedDir: string): PreprocessReport {
  const golden: { images: PreprocessCase[] } = JSON.parse(readFileSync(join(sharedDir, 'parity', 'preprocess.json'), 'utf8'));
  return checkCases(golden.images, (file) => join(sharedDir, file));
}
