/** Networks with random weights, built in TypeScript: nothing is downloaded. Speed does not depend on what the weights are. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildVit } from '../../src/engine/core/builder/build-vit';
import { buildPreset, presets, type PresetName } from '../../src/engine/core/builder/presets';
import type { Graph, ModelStructure } from '../../src/engine/core/graph/types';
import { writeModel } from '../../src/engine/core/onnx/write-model';
import { importModel } from '../../src/engine/runtime/ort/import-model';

/** Small enough that 2,000 pictures take seconds. */
export const smallModel = 'vit_bench';
export type BenchModel = PresetName | typeof smallModel;

const seed = 7;

function build(name: BenchModel): Graph {
  if (name !== smallModel) return buildPreset(name, seed);
  return buildVit({ image: 64, patch: 8, dim: 96, depth: 4, heads: 3, mlpRatio: 4, classes: 1000 }, seed);
}

/** For measurements outside of this program: `bench.js --write-model deit_small FILE`. */
export const modelFlag = '--write-model';

/** @throws {Error} for a name that is none of the benches' models */
export function writeBenchModel(name: string, file: string): void {
  const known: readonly string[] = [...Object.keys(presets), smallModel];
  if (!isBenchModel(name)) throw new Error(`no model is called ${name}: ${known.join(', ')}`);
  writeFileSync(file, writeModel(build(name)));
}

function isBenchModel(name: string): name is BenchModel {
  return name === smallModel || Object.hasOwn(presets, name);
}

export interface LoadedModel {
  readonly file: string;
  /** Canonical float graph at batch 1. */
  readonly graph: Graph;
  readonly structure: ModelStructure;
}

export class ModelShelf {
  private readonly files = new Map<BenchModel, string>();
  private readonly loaded = new Map<BenchModel, Promise<LoadedModel>>();

  constructor(private readonly folder: string) {}

  /** The model as an ONNX file. */
  file(name: BenchModel): string {
    const found = this.files.get(name);
    if (found !== undefined) return found;
    const file = join(this.folder, `${name}.onnx`);
    writeFileSync(file, writeModel(build(name)));
    this.files.set(name, file);
    return file;
  }

  /** The model imported into this process. */
  load(name: BenchModel): Promise<LoadedModel> {
    const found = this.loaded.get(name);
    if (found !== undefined) return found;
    const file = this.file(name);
    const loading = importModel(file).then(({ graph, structure }) => ({ file, graph, structure }));
    this.loaded.set(name, loading);
    return loading;
  }

  /** Lets go of what `load` keeps, so that one row's weights are not another's memory. */
  forget(): void {
    this.loaded.clear();
  }
}
