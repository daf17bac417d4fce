/** The sample as a small ImageNet in the layouts and with the faults that people have: see spread-head. */
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Graph } from '../../src/engine/core/graph/types';
import { writeModel } from '../../src/engine/core/onnx/write-model';
import { createRandom } from '../../src/engine/core/random/random';
import { imagenetClasses, imagenetTables } from '../../src/engine/runtime/datasets/imagenet-class-list';
import { spreadClasses } from './spread-head';

const samples = resolve('resources/sample/images/val');

/** How many pictures of each class are filed. */
const perClass = 30;

/** `val/ID/picture`, ten WordNet ids. */
export function classFolders(root: string, nameOf: (folder: string, id: string) => string = (_, id) => id): string {
  for (const [folder, id] of spreadClasses) {
    const target = join(root, 'val', nameOf(folder, id));
    mkdirSync(target, { recursive: true });
    for (const name of pictures(folder)) cpSync(join(samples, folder, name), join(target, name));
  }
  return root;
}

/** Pictures flat in `val/`, and `val.txt` with a number for each. */
export function flatWithNumbers(root: string, numberOf: (label: number) => number, shuffled = false): string {
  mkdirSync(join(root, 'val'), { recursive: true });
  const listed = spreadClasses.flatMap(([folder, id]) => pictures(folder).map((name) => {
    symlinkSync(join(samples, folder, name), join(root, 'val', `${folder}_${name}`));
    return { name: `${folder}_${name}`, label: imagenetClasses.labelOf(id) };
  }));
  const labels = listed.map(({ label }) => label);
  if (shuffled) shuffle(labels);
  writeFileSync(join(root, 'val.txt'), listed.map(({ name }, index) => `${name} ${numberOf(labels[index] ?? 0)}\n`).join(''));
  return root;
}

/** The development kit's number of a label, counted from 1. */
export function devkitNumber(label: number): number {
  return imagenetTables.devkitOrder.indexOf(imagenetClasses.list[label]?.id ?? '') + 1;
}

/** The network reads blue where it read red. */
export function swapInputChannels(graph: Graph): Graph {
  const name = 'patch_embed.proj.weight';
  const tensor = graph.initializers.get(name);
  if (tensor === undefined || !(tensor.data instanceof Float32Array)) throw new Error('the patch embedding is not where it was');
  const { dims: [rows = 0, channels = 0, ...kernel], data } = tensor;
  const area = kernel.reduce((product, side) => product * side, 1);
  const swapped = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = (row * channels + channel) * area;
      swapped.set(data.subarray(from, from + area), (row * channels + channels - 1 - channel) * area);
    }
  }
  return { ...graph, initializers: new Map([...graph.initializers, [name, { ...tensor, data: swapped }]]) };
}

export function withoutMetadata(graph: Graph): Graph {
  return { ...graph, metadata: new Map() };
}

export function saveModel(file: string, graph: Graph): string {
  writeFileSync(file, writeModel(graph));
  return file;
}

function pictures(folder: string): string[] {
  return readdirSync(join(samples, folder)).sort().slice(0, perClass);
}

function shuffle(values: number[]): void {
  const random = createRandom(5);
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    [values[i], values[j]] = [values[j] ?? 0, values[i] ?? 0];
  }
}
