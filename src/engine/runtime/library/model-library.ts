/** Models by file: read once per worker, known by the hash of their bytes. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { statedNames } from '../../core/gate/output-names';
import { EngineError, fail } from '../../../shared/failure';
import type { ModelRecord } from '../../../shared/records';
import { configNames, isWeightsFile, weightsFiles } from '../ort/read-weights-file';
import { externalFiles } from './external-files';
import { modelName } from './model-file';
import type { Requirement, WorkerPool } from '../workers/pool';
import type { SharedModel } from '../workers/protocol';
import type { StopFlag } from '../workers/stop-flag';

export interface KnownModel {
  readonly record: ModelRecord;
  readonly shared: SharedModel;
  /** What a worker needs before it can work with this model. */
  readonly requirement: Requirement;
}

/** Whether a file may be loaded here: asked once per content. Throws EngineError when it may not. */
export type Admission = (file: string, hash: string, stop: StopFlag | undefined) => Promise<void>;

export class ModelLibrary {
  /** By path, size and time of change. Few entries: the shared bytes of large models are worth forgetting. */
  private readonly known = new Map<string, Promise<KnownModel>>();

  /** Without `admit`, files are loaded as they are: those that a test or a bench has made itself. */
  constructor(private readonly admit: Admission | null = null) {}

  /**
   * Imports a model, or finds it. Throws EngineError for anything that is wrong with the file.
   * A failure is not remembered: the user may have mended the file. With `stop` raised, it rejects with 'stopped' at once.
   */
  async load(pool: WorkerPool, file: string, stop?: StopFlag): Promise<KnownModel> {
    const key = await fingerprint(file);
    for (let found = this.known.get(key); found !== undefined; found = this.known.get(key)) {
      try {
        return await wait(found, stop);
      } catch (error) {
        // Whoever began this import stopped it; for us it starts again.
        if (!isStop(error) || stop?.raised === true) throw error;
        if (this.known.get(key) === found) this.known.delete(key);
      }
    }
    for (const old of [...this.known.keys()].slice(0, -3)) this.known.delete(old);
    const loading = importInto(pool, file, this.admit, stop);
    this.known.set(key, loading);
    const forget = (): void => {
      if (this.known.get(key) === loading) this.known.delete(key);
    };
    loading.catch(forget);
    return wait(loading, stop);
  }

  /** Forgets everything: the workers that held it are gone. */
  clear(): void {
    this.known.clear();
  }
}

/** Changes with the file, and with what decides with it. */
async function fingerprint(file: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(file);
    const beside = isWeightsFile(file) ? [...configNames.map((name) => join(dirname(file), name)), ...weightsFiles(file)] : externalFiles(file);
    const stats = beside.map((name) => statSync(name, { throwIfNoEntry: false }));
    return [file, size, mtimeMs, ...stats.map((found) => `${found?.size ?? ''} ${found?.mtimeMs ?? ''}`)].join('\n');
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw fail('model-unreadable', 'The model file cannot be read', { file, expected: 'an ONNX or safetensors file', next: 'Check the path' });
  }
}

function wait(loading: Promise<KnownModel>, stop: StopFlag | undefined): Promise<KnownModel> {
  return stop === undefined ? loading : stop.race(loading);
}

function isStop(error: unknown): boolean {
  return error instanceof EngineError && error.failure.kind === 'stopped';
}

async function importInto(pool: WorkerPool, file: string, admit: Admission | null, stop: StopFlag | undefined): Promise<KnownModel> {
  const hash = await hashFile(file);
  await admit?.(file, hash, stop);
  const shared = await pool.run<'import'>({ kind: 'import', model: hash, file }, stop === undefined ? {} : { stop });
  return { record: modelRecord(file, hash, shared), shared, requirement: { key: hash, task: { kind: 'adopt', model: hash, shared } } };
}

/** Of the file, and of what decides with it: the configs beside weights, the files that an index names, the files that hold an ONNX model's weights. */
async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  // A weights file that is not there, or no file (a link to a device), is missed by the import, which says more about it.
  const parts = isWeightsFile(file) ? weightsFiles(file) : [file, ...externalFiles(file).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)];
  for (const name of isWeightsFile(file) ? configNames : []) {
    const config = join(dirname(file), name);
    if (existsSync(config)) hash.update(readFileSync(config));
  }
  if (!parts.includes(file)) hash.update(readFileSync(file));
  for (const part of parts) {
    try {
      for await (const chunk of createReadStream(part)) if (chunk instanceof Uint8Array) hash.update(chunk);
    } catch {
      throw fail('model-unreadable', 'The model file cannot be read', { file: part, next: 'Check the path and the permissions' });
    }
  }
  return hash.digest('hex');
}

function modelRecord(file: string, hash: string, { structure, notes, metadata }: SharedModel): ModelRecord {
  const names = statedNames(metadata, structure.output.classes);
  return {
    id: hash,
    name: modelName(file),
    file,
    hash,
    family: structure.family,
    parameters: structure.parameters,
    inputSize: structure.input.height,
    classes: structure.output.classes,
    ...(names === null ? {} : { outputNames: [...names] }),
    blocks: structure.blocks.map(({ name, heads, tokens }) => ({ name, heads, tokens })),
    notes: [...notes],
  };
}
