/** The seven models of the table: which of them lie in the model folder, and getting one. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fail } from '../../../shared/failure';
import { modelOriginOf, type GetModel, type GotModel, type KnownModelEntry, type KnownModels, type ModelFacts, type ModelOrigin, type ModelState } from '../../../shared/known-models';
import { isForeign, pickSeedFile, seedModels, type SeedModel } from '../../../shared/seed-models';
import { checkPreset } from '../../core/builder/check-preset';
import { presetNames, type PresetName } from '../../core/builder/presets';
import { download, type DownloadSurroundings } from '../downloads/download';
import { readHeads } from './read-heads';

/** A file that is so much larger than its parameters is another one. */
const mostOver = 1.5;

/** @param hashes computes the SHA-256 of every file that is there, which reads all of it */
export async function knownModels(facts: readonly ModelFacts[], folder: string, hashes: boolean): Promise<KnownModels> {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const models: KnownModelEntry[] = [];
  for (const fact of facts) models.push({ facts: fact, target: targetOf(fact, folder), state: await stateOf(fact, folder, names, hashes) });
  return { folder, models };
}

function targetOf({ architecture, tag }: ModelFacts, folder: string): string {
  return join(folder, `${architecture}.${tag}.safetensors`);
}

async function stateOf(facts: ModelFacts, folder: string, names: readonly string[], hashes: boolean): Promise<ModelState> {
  const model = seedModel(facts.name);
  const found = pickSeedFile(names, model);
  if (found === null) return { kind: 'absent', bytes: statSync(`${targetOf(facts, folder)}.part`, { throwIfNoEntry: false })?.size ?? 0 };
  const file = join(folder, found.file);
  const { size } = statSync(file);
  return { kind: 'present', file, bytes: size, tag: found.tag, foreign: isForeign(found, model), sha256: hashes ? await sha256Of(file) : null, origin: await originOf(file, size) };
}

function seedModel(name: string): SeedModel {
  const model = seedModels.find((one) => one.name === name);
  if (model === undefined) throw fail('settings', `There is no known model "${name}"`, { expected: seedModels.map((one) => one.name).join(', '), next: 'Choose one of these, or name a file' });
  return model;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) if (chunk instanceof Uint8Array) hash.update(chunk);
  return hash.digest('hex');
}

const originFile = (file: string): string => `${file}.origin.json`;

/** What was written down when the file was fetched; null when nothing was, or the file is another one since. */
async function originOf(file: string, size: number): Promise<ModelOrigin | null> {
  const text = await readFile(originFile(file), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const origin = modelOriginOf(JSON.parse(text));
    return origin?.bytes === size ? origin : null;
  } catch {
    // Not written by this program.
    return null;
  }
}

/** Files that this process is fetching: two at once would write into one part. */
const underWay = new Set<string>();

export interface FetchRun {
  readonly signal: AbortSignal;
  /** Bytes. */
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Fetches a model into the folder. The address and the place must be the ones that the person agreed to.
 * @throws EngineError 'settings' when they are not, or the file is there; else as `download`
 */
export async function getModel(facts: readonly ModelFacts[], folder: string, { name, agreed }: GetModel, around: DownloadSurroundings, run: FetchRun): Promise<GotModel> {
  seedModel(name);
  const fact = facts.find((one) => one.name === name);
  const preset = presetOf(name);
  if (fact === undefined || preset === null) throw fail('settings', `Nothing is known of the model ${name}`);
  const target = targetOf(fact, folder);
  if (agreed.url !== fact.url || agreed.target !== target) {
    throw fail('settings', 'What would be fetched is not what was agreed to', { place: `${agreed.url} to ${agreed.target}`, expected: `${fact.url} to ${target}`, next: 'Look at the model again' });
  }
  if (existsSync(target)) throw fail('settings', `The model ${name} is there already`, { file: target, next: 'Use it, or remove the file first' });
  if (underWay.has(target)) throw fail('settings', `The model ${name} is being fetched already`, { file: target, next: 'Wait until it is there, or stop it' });
  underWay.add(target);
  try {
    return await fetchModel(fact, preset, target, around, run);
  } finally {
    underWay.delete(target);
  }
}

async function fetchModel(fact: ModelFacts, preset: PresetName, target: string, around: DownloadSurroundings, run: FetchRun): Promise<GotModel> {
  const got = await download({ url: fact.url, target, sha256: fact.sha256, mostBytes: Math.ceil(fact.bytes * mostOver), ...run, accept: (file) => checkPreset(preset, readHeads(file), basename(target)) }, around);
  const origin: ModelOrigin = { url: fact.url, bytes: got.bytes, sha256: got.sha256, checked: got.checked };
  writeFileSync(originFile(target), `${JSON.stringify(origin, null, 2)}\n`);
  return got;
}

function presetOf(name: string): PresetName | null {
  return presetNames.find((one) => one === name) ?? null;
}
