/** Draws of calibration pictures that were tried under otherwise equal settings: finished calibrations of runs, and redraws. */
import { storedRedrawSchema, type CalibrationDraw, type CalibrationDraws, type OperandDraws, type StoredRedraw } from '../../../shared/calibration';
import type { RunSettings } from '../../../shared/settings';
import { drawKey } from '../results/draw-key';
import { toRunRecord } from '../results/run-record';
import { storedRun } from '../results/stored-run';
import { isFloat } from '../runs/plan';
import { answerKinds } from '../store/answer-kinds';
import type { Store, StoredRun } from '../store/store-types';
import { canonicalJson } from '../store/stored-json';
import { operandMiddles, parameterDigest, type OperandMiddle } from './calibration-summary';

interface KnownDraw {
  readonly draw: CalibrationDraw;
  readonly operands: readonly OperandMiddle[];
}

/** By seed, chosen pictures last; of one draw that was run several times the newest, unless it is the run itself. */
export async function calibrationDraws(store: Store, runId: string): Promise<CalibrationDraws> {
  const run = await storedRun(store, runId);
  if (isFloat(run.settings)) return { runId, draws: [], operands: [] };
  const key = drawKey(run);
  const siblings = (await store.runs()).filter((other) => !isFloat(other.settings) && drawKey(other) === key);
  const found = new Map<string, KnownDraw>();
  for (const sibling of siblings) {
    for (const redraw of await store.savedAnalyses(sibling.id, answerKinds.redraw, storedRedrawSchema)) found.set(`seed ${redraw.seed}`, ofRedraw(redraw));
  }
  for (const sibling of siblings) {
    const place = placeOf(sibling.settings);
    if (found.get(place)?.draw.own === true) continue;
    const known = await ofRun(store, sibling, sibling.id === runId);
    if (known !== null) found.set(place, known);
  }
  const draws = [...found.values()].sort((a, b) => (a.draw.seed ?? Infinity) - (b.draw.seed ?? Infinity));
  return { runId, draws: draws.map(({ draw }) => draw), operands: tabulate(draws) };
}

/** Draws that read the same pictures stand in the same place. */
function placeOf({ seed, calibrationList }: RunSettings): string {
  return calibrationList === null ? `seed ${seed}` : `list ${canonicalJson(calibrationList)}`;
}

async function ofRun(store: Store, run: StoredRun, own: boolean): Promise<KnownDraw | null> {
  const calibration = await store.calibration(run.id);
  if (calibration === null) return null;
  const { images, total, top1, top1Ci95, state } = toRunRecord(run, '');
  const seed = run.settings.calibrationList === null ? run.settings.seed : null;
  return {
    draw: { id: run.id, kind: 'run', runId: run.id, seed, own, state, images, total, top1, ci95: top1Ci95, digest: parameterDigest(calibration.parameters) },
    operands: operandMiddles(calibration.parameters),
  };
}

function ofRedraw({ seed, digest, operands }: StoredRedraw): KnownDraw {
  return { draw: { id: `redraw-${seed}`, kind: 'redraw', runId: null, seed, own: false, state: null, images: 0, total: 0, top1: null, ci95: null, digest }, operands };
}

/** One row per quantiser that any draw has, in the order of the first draw. */
function tabulate(draws: readonly KnownDraw[]): OperandDraws[] {
  const rows = new Map<string, { readonly site: string; readonly operand: string; readonly delta: (number | null)[]; readonly zeroPoint: (number | null)[]; uniform: boolean }>();
  draws.forEach(({ operands }, place) => {
    for (const { site, operand, delta, zeroPoint } of operands) {
      const key = `${site}:${operand}`;
      const row = rows.get(key) ?? { site, operand, delta: draws.map(() => null), zeroPoint: draws.map(() => null), uniform: false };
      row.delta[place] = delta;
      row.zeroPoint[place] = zeroPoint;
      row.uniform ||= zeroPoint !== null;
      rows.set(key, row);
    }
  });
  return [...rows.values()].map(({ site, operand, delta, zeroPoint, uniform }) => ({ site, operand, delta, zeroPoint: uniform ? zeroPoint : null }));
}
