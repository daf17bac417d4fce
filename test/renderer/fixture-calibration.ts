/** Calibrations of the invented workspace: figures obey the arithmetic between them, nothing is measured. */
import { uniformRange, median, type Calibration, type CalibrationDraw, type CalibrationDraws, type OperandCalibration } from '../../src/shared/calibration';
import type { CallOptions, EngineMethod, ParamsOf, ResultOf } from '../../src/shared/engine-contract';
import { noiseSpread, type NoiseRepeat, type NoiseResult, type NoiseScope } from '../../src/shared/noise';
import type { ModelRecord, RunRecord } from '../../src/shared/records';
import { dataset, makePicture, numbers } from './fixture-data';

const perSite: readonly (readonly [site: string, operands: readonly string[]])[] = [['attn.qkv', ['input', 'weight']], ['attn.matmul1', ['A', 'B']], ['attn.matmul2', ['A', 'B']], ['attn.proj', ['input', 'weight']]];

/** Parameters of a draw: weights that no LayerNorm leads to are the same in each, the others wander a few percent. */
export function operandsOf(run: RunRecord, model: ModelRecord, seed: number): OperandCalibration[] {
  return model.blocks.flatMap(({ name }, block) => perSite.flatMap(([tail, operands]) => operands.map((operand): OperandCalibration => {
    const site = `${name.replace(/\.attn$/, '')}.${tail}`;
    const next = numbers(seed * 101 + block * 13 + tail.length + operand.length);
    const moves = operand === 'weight' && tail === 'attn.proj' ? 1 : 1 + 0.1 * (next() - 0.5);
    if (operand === 'A' && tail === 'attn.matmul2') return { site, operand, bits: 4, scheme: run.settings.scheme, delta: [300 + seed], zeroPoint: null, low: 0, high: 256 / (300 + seed) };
    const delta = Array.from({ length: operand === 'weight' ? 8 : 1 }, (_, channel) => 0.05 * (block + 1) * moves * (1 + channel / 10));
    const zeroPoint = delta.map(() => (operand === 'input' && tail === 'attn.qkv' ? 7.5 : 7));
    const ranges = delta.map((step, channel) => uniformRange(4, step, zeroPoint[channel] ?? 0));
    return { site, operand, bits: 4, scheme: null, delta, zeroPoint, low: Math.min(...ranges.map(([low]) => low)), high: Math.max(...ranges.map(([, high]) => high)) };
  })));
}

export function makeCalibration(run: RunRecord, model: ModelRecord, patch: Partial<Calibration> = {}): Calibration {
  const float = run.settings.arithmetic === 'fp32';
  const operands = float ? [] : operandsOf(run, model, run.settings.seed);
  return {
    runId: run.id, state: float ? 'float' : 'calibrated', source: run.settings.calibrationList === null ? 'draw' : 'list', seed: run.settings.seed, available: dataset.trainImages,
    bits: { weights: run.settings.wBits, activations: run.settings.aBits }, seconds: run.seconds.calibration,
    pictures: float ? [] : Array.from({ length: 32 }, (_, position) => ({ position, file: `train/${position % 10}/${position}.png`, label: position % 10, state: 'used' as const, reason: null, detail: null })),
    picturesFailure: null, operands,
    reparameterisations: operands.filter(({ site, operand }) => operand === 'input' && site.endsWith('qkv')).map(({ site }) => ({ site, layerNorm: 'norm1', delta: [0.1, 0.2, 0.3], zeroPoint: [7, 8, 7], factor: [0.5, 1, 1.5] })),
    digest: float ? '' : `digest-${run.settings.seed}`, ...patch,
  };
}

/** The run's own draw, `runs` with other seeds, and `redraws` of which only parameters are known. */
export function makeDraws(run: RunRecord, model: ModelRecord, runs: readonly number[], redraws: readonly number[]): CalibrationDraws {
  if (run.settings.arithmetic === 'fp32') return { runId: run.id, draws: [], operands: [] };
  const own = run.settings.seed;
  const seeds = [own, ...runs, ...redraws].sort((a, b) => a - b);
  const draws = seeds.map((seed): CalibrationDraw => {
    const evaluated = seed === own || runs.includes(seed);
    const top1 = (run.top1 ?? 0) + (seed - own) * 0.2;
    return {
      id: evaluated ? `${run.id}-${seed}` : `redraw-${seed}`, kind: evaluated ? 'run' : 'redraw', runId: seed === own ? run.id : null, seed, own: seed === own, state: evaluated ? 'done' : null,
      images: evaluated ? 1000 : 0, total: evaluated ? 1000 : 0, top1: evaluated ? top1 : null, ci95: evaluated ? [top1 - 2, top1 + 2] : null, digest: `digest-${seed}`,
    };
  });
  const all = seeds.map((seed) => operandsOf(run, model, seed));
  return {
    runId: run.id, draws,
    operands: (all[0] ?? []).map(({ site, operand, zeroPoint }, row) => ({
      site, operand, delta: all.map((each) => median(each[row]?.delta ?? [])), zeroPoint: zeroPoint === null ? null : all.map((each) => median(each[row]?.zeroPoint ?? [])),
    })),
  };
}

export function makeNoise(run: RunRecord, scope: NoiseScope, repeats: number): NoiseResult {
  const repeat = (seed: number, flips: number): NoiseRepeat => ({ seed, images: 1000, top1: (run.top1 ?? 0) - flips / 10, flips, lost: flips, gained: 0, changed: 0, moved: seed === 0 ? 0 : 900 });
  const all = Array.from({ length: repeats }, (_, index) => repeat(index + 1, (index % 3) * (scope === 'calibration' ? 5 : 1)));
  return { runId: run.id, scope, state: 'done', images: 1000, noise: 1e-7, runTop1: run.top1 ?? 0, control: repeat(0, 0), repeats: all, spread: noiseSpread(all) };
}

interface Kept {
  readonly redraws: number[];
  readonly noise: Map<NoiseScope, NoiseResult>;
}

type Answers = { [K in EngineMethod]?: (params: ParamsOf<K>, options: CallOptions<K>) => Promise<ResultOf<K>> };

/** What the engine answers about calibrations: redraws and repeats are remembered as the workspace would. */
export function calibrationAnswers(find: (id: string) => { run: RunRecord; model: ModelRecord }, kept: CalibrationMemory): Answers {
  const of = (runId: string): Kept => {
    const known = kept.get(runId) ?? { redraws: [], noise: new Map() };
    kept.set(runId, known);
    return known;
  };
  return {
    'calibration.locked': async () => ({ files: kept.locked ?? null }),
    'calibration.lock': async ({ files }) => ({ files: (kept.locked = files) }),
    'calibration.get': async ({ runId }) => makeCalibration(find(runId).run, find(runId).model),
    'calibration.picture': async ({ position }) => makePicture(position),
    'calibration.candidate': async ({ index }) => makePicture(index),
    'calibration.draws': async ({ runId }) => makeDraws(find(runId).run, find(runId).model, [], of(runId).redraws),
    'calibration.redraw': async ({ runId, seeds }, { onEvent }) => {
      onEvent?.({ kind: 'progress', done: 1, total: seeds.length });
      of(runId).redraws.push(...seeds);
      return { state: 'done', draws: seeds.map((seed) => ({ seed, digest: `digest-${seed}`, skipped: 0 })) };
    },
    'calibration.candidates': async ({ offset, count, search }) => {
      const all = Array.from({ length: dataset.trainImages }, (_, index) => ({ index, file: `train/${index % 10}/${index}.png`, label: index % 10 })).filter(({ file }) => file.includes(search));
      return { total: all.length, pictures: all.slice(offset, offset + count) };
    },
    'noise.get': async ({ runId }) => ({ evaluation: of(runId).noise.get('evaluation') ?? null, calibration: of(runId).noise.get('calibration') ?? null }),
    'noise.run': async ({ runId, repeats, scope }, { onEvent }) => {
      const { run } = find(runId);
      onEvent?.({ kind: 'repeat', result: makeNoise(run, scope, 1) });
      const result = makeNoise(run, scope, repeats);
      of(runId).noise.set(scope, result);
      return result;
    },
  };
}

/** Of each run what was asked about it, and the pictures that are locked. */
export type CalibrationMemory = Map<string, Kept> & { locked?: string[] | null };
