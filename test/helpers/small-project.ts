/** Tiny models and class folders, made anew in a temporary folder: everything an evaluation needs, in a second of work. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildSwin } from '../../src/engine/core/builder/build-swin';
import { buildVit } from '../../src/engine/core/builder/build-vit';
import type { Graph } from '../../src/engine/core/graph/types';
import { writeModel } from '../../src/engine/core/onnx/write-model';
import { createRandom } from '../../src/engine/core/random/random';
import { encodePng } from '../../src/engine/runtime/decode/png-encoder';
import type { EvaluationSpec } from '../../src/shared/settings';

export const smallClasses = ['anvil', 'basket', 'candle', 'drum', 'easel', 'flute'] as const;

/** 17 tokens, three blocks of two heads. */
export function smallVit(seed = 3): Graph {
  return buildVit({ image: 32, patch: 8, dim: 32, depth: 3, heads: 2, mlpRatio: 2, classes: smallClasses.length }, seed);
}

/** Two stages of two blocks, windows of 4 x 4 patches, every second block shifted. */
export function smallSwin(seed = 4): Graph {
  return buildSwin({ image: 32, patch: 4, dim: 16, depths: [2, 2], heads: [2, 4], window: 4, mlpRatio: 2, classes: smallClasses.length }, seed);
}

export interface SmallProject {
  readonly root: string;
  /** Absolute path of something in the folder. */
  path(...parts: string[]): string;
  /** Writes a file below the folder and returns its path. */
  file(name: string, content: Uint8Array | string): string;
  model(name: string, graph: Graph): string;
  /** `count` pictures, dealt out to the class folders of `name` in turn; returns the data set's path. */
  pictures(name: string, count: number, seed?: number): string;
  remove(): void;
}

export function smallProject(name: string): SmallProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), `bitlog2-${name}-`)));
  const path = (...parts: string[]): string => join(root, ...parts);
  const file = (relative: string, content: Uint8Array | string): string => {
    mkdirSync(dirname(path(relative)), { recursive: true });
    writeFileSync(path(relative), content);
    return path(relative);
  };
  return {
    root,
    path,
    file,
    model: (relative, graph) => file(relative, writeModel(graph)),
    pictures: (folder, count, seed = 1) => {
      for (let index = 0; index < count; index++) {
        const name = `${String(Math.floor(index / smallClasses.length)).padStart(4, '0')}.png`;
        file(join(folder, smallClasses[index % smallClasses.length] ?? '', name), picture(seed * 1_000_003 + index));
      }
      return path(folder);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A picture of soft coloured waves and some noise as PNG; its size varies, so that it has to be resized and cropped. */
export function picture(seed: number, width = 30 + (seed % 17), height = 30 + (seed % 23)): Uint8Array {
  const random = createRandom(seed);
  const waves = Array.from({ length: 3 }, () => ({ x: random.uniform() * 0.6, y: random.uniform() * 0.6, phase: random.uniform() * 6 }));
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [channel, wave] of waves.entries()) data[(y * width + x) * 3 + channel] = 128 + 90 * Math.sin(x * wave.x + y * wave.y + wave.phase) + 30 * random.uniform();
    }
  }
  return encodePng({ width, height, data });
}

/** Half_17 and Sqrt2_17 beside FP32 at W4A4, one worker, calibrated on eight pictures. */
export function smallSpec(models: readonly string[], dataset: string, change: Partial<EvaluationSpec> = {}): EvaluationSpec {
  return {
    models: [...models], dataset, schemes: ['Sqrt2_17', 'BitLog2_Half_17'], withFp32: true, wBits: 4, aBits: 4, arithmetic: 'reference', calibrationImages: 8,
    seeds: [0], batch: 1, limit: null, preprocess: 'vit', calibrationList: null, imageList: null, workers: 1, resume: false, ...change,
  };
}
