/** Re-runs a recorded reference experiment: FP32 logits, calibrated parameters site by site, logits free-running and pinned, and traces. */
import { at } from '../../../shared/at';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fail } from '../../../shared/failure';
import type { Agreement, ParityResult } from '../../../shared/parity';
import type { Preprocess } from '../../../shared/settings';
import type { NetworkParameters } from '../../core/graph/parameters';
import { fp32MaxAbs, freeBounds, pinnedBounds } from '../../core/parity/bounds';
import { compareLogits, maxAbs } from '../../core/parity/compare-logits';
import { compareParameters } from '../../core/parity/compare-parameters';
import { goldenParameters, parseGolden, parseTrace } from '../../core/parity/golden';
import type { Golden } from '../../../shared/golden';
import { type KnownModel, ModelLibrary } from '../library/model-library';
import type { Requirement, WorkerPool } from '../workers/pool';
import type { CellNetwork, ImageSet } from '../workers/protocol';
import { compareTrace } from './run-trace';

export interface ParityOptions {
  /** `<model>.<scheme>.w4a4.json`, or its `.trace.json` (the `.json` of the same name lies beside it). */
  readonly golden: string;
  readonly model: string;
  /** Searched through for the record's images by base name. */
  readonly images: string;
}

const traceEnding = '.trace.json';

/** Runs the comparison. `ok` is true only when every number is within its bound. */
export async function runParity(pool: WorkerPool, options: ParityOptions): Promise<ParityResult> {
  const isTrace = options.golden.endsWith(traceEnding);
  const recordFile = isTrace ? `${options.golden.slice(0, -traceEnding.length)}.json` : options.golden;
  const golden = parseGolden(await readText(recordFile), recordFile);
  const model = await new ModelLibrary().load(pool, resolve(options.model));
  const preprocess: Preprocess = { mean: golden.preprocess.mean, std: golden.preprocess.std, cropPct: golden.preprocess.crop_pct, interpolation: 'bicubic' };
  const find = await imageFinder(options.images);
  const batch = model.shared.batchable ? 1 : model.shared.exportedBatch;
  const key = model.record.hash;
  const settings = { scheme: golden.scheme, wBits: golden.w_bits, aBits: golden.a_bits };
  const evaluation = { files: golden.eval_images.map(find), preprocess };
  const logitsOf = async (name: string, network: CellNetwork, rounding = 0): Promise<number[][]> => {
    const cell = `${key}/parity/${name}`;
    const needs: Requirement[] = [model.requirement, { key: cell, task: { kind: 'load-cell', cell, model: key, batch, network, ...realisation(rounding) } }];
    const flat = await pool.run<'image-logits'>({ kind: 'image-logits', cell, images: evaluation }, { needs });
    const { classes } = model.shared.structure.output;
    return evaluation.files.map((_, image) => [...flat.subarray(image * classes, (image + 1) * classes)]);
  };
  const reference = (parameters: NetworkParameters): CellNetwork => ({ kind: 'reference', settings, parameters });
  const pinnedParameters = goldenParameters(golden);
  const float = await logitsOf('float', { kind: 'float' });
  checkShape(golden, float, recordFile);
  const error = maxAbs(golden.fp32_logits, float);
  const pinned = compareLogits(golden.quantized_logits, await logitsOf('pinned', reference(pinnedParameters)), pinnedBounds);
  const { free, sites } = await freeRunning(async (seed) => {
    const parameters = await calibrateRealisation(pool, model, golden, { files: golden.calibration_images.map(find), preprocess }, batch, seed);
    const logits = await logitsOf(`free/${seed}`, reference(parameters), seed);
    return { sites: compareParameters(pinnedParameters, parameters, model.shared.structure), agreement: compareLogits(golden.quantized_logits, logits, freeBounds) };
  });
  const trace = isTrace ? await compareTrace(pool, model, settings, pinnedParameters, parseTrace(await readText(options.golden), options.golden)) : undefined;
  await pool.drop((held) => held.startsWith(`${key}/parity/`));
  const fp32 = { max_abs: error, ok: error <= fp32MaxAbs };
  const ok = fp32.ok && free.ok && pinned.ok && sites.every((row) => row.ok) && (trace ?? []).every((row) => row.ok);
  return { ok, fp32, sites, free, pinned, ...(trace === undefined ? {} : { trace }) };
}

interface Realisation {
  readonly sites: ParityResult['sites'];
  readonly agreement: Agreement;
}

/** Realisations of rounding tried before a free-running comparison counts as failed. A wrong algorithm fails in all of them. */
const mostRealisations = 8;

/** The first realisation within all bounds, else the one that misses the fewest. */
async function freeRunning(run: (seed: number) => Promise<Realisation>): Promise<Pick<ParityResult, 'free' | 'sites'>> {
  let best: { readonly result: Pick<ParityResult, 'free' | 'sites'>; readonly misses: number } | null = null;
  for (let seed = 0; seed < mostRealisations; seed++) {
    const { sites, agreement } = await run(seed);
    const misses = sites.filter((row) => !row.ok).length + (agreement.ok ? 0 : 1);
    if (best === null || misses < best.misses) best = { result: { sites, free: { ...agreement, realisation: seed } }, misses };
    if (best.misses === 0) break;
  }
  if (best === null) throw new Error('no realisation was run');
  return best.result;
}

async function calibrateRealisation(pool: WorkerPool, model: KnownModel, golden: Golden, images: ImageSet, batch: number, seed: number): Promise<NetworkParameters> {
  const key = model.record.hash;
  const calibrator = `${key}/parity/calibrator/${seed}`;
  const { parameters } = await pool.run<'calibrate'>({
    kind: 'calibrate', calibrator, wanted: images.files.length, images, settings: { scheme: golden.scheme, wBits: golden.w_bits, aBits: golden.a_bits },
  }, { needs: [model.requirement, { key: calibrator, task: { kind: 'prepare-calibration', calibrator, model: key, wBits: golden.w_bits, batch, ...realisation(seed) } }] });
  return parameters;
}

/** Realisation 0 is the network as it is. */
function realisation(seed: number): { rounding?: number } {
  return seed === 0 ? {} : { rounding: seed };
}

function checkShape(golden: Golden, float: readonly (readonly number[])[], file: string): void {
  for (const field of ['fp32_logits', 'quantized_logits'] as const) {
    const rows = golden[field];
    if (rows.length === float.length && rows.every((row, image) => row.length === at(float, image).length)) continue;
    throw fail('golden-unreadable', `The record's ${field} do not fit the model`, { file, place: field, expected: `${float.length} rows of ${float[0]?.length ?? 0} numbers`, next: 'Give the model that the record was made with' });
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw fail('golden-unreadable', 'The record cannot be read', { file, next: 'Check the path' });
  }
}

/** Finds images by base name anywhere below a folder. */
async function imageFinder(folder: string): Promise<(name: string) => string> {
  const byName = new Map<string, string>();
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) if (entry.isFile()) byName.set(basename(entry.name), join(entry.parentPath ?? entry.path, entry.name));
  } catch {
    throw fail('dataset-unreadable', 'The folder of images cannot be read', { file: folder, next: 'Check --images' });
  }
  return (name) => {
    const found = byName.get(name);
    if (found === undefined) throw fail('dataset-unreadable', `The image ${name} of the record is not there`, { file: folder, expected: 'the images that the record names, anywhere below this folder', next: 'Check --images' });
    return found;
  };
}
