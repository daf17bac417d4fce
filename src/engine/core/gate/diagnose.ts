/**
 * Which known fault explains the answers of an FP32 network: orders of labels on the logits that are there, then one change of the preprocessing at a
 * time, on as few pictures as decide. A change is adopted only when it is significantly better by enough to matter, and then the rest is asked again
 * from there, so that two faults at once are found one after the other.
 */
import type { GateEvidence } from '../../../shared/gate';
import type { Preprocess } from '../../../shared/settings';
import { mean, type Answer, type Answers } from './answers';
import { bestFitting, chooseMap } from './choose-map';
import { falseAlarms, type Comparison } from './compare';
import { judgeChance, type ChanceFault } from './judge-chance';
import type { LabelMap } from './label-maps';
import { fits, compareSetups, evidenceRow, scoreOn, type Setup } from './setup';
import { variantsOf, type PreprocessAxis, type Variant } from './variants';

/** Pictures after which a hypothesis is dropped, adopted, or looked at on more; the last look takes all. */
export const firstLook = 48;
const secondLook = 96;
const looks = 3;

export interface DiagnosisInput {
  /** Label of each picture as the data set lists it. */
  readonly labels: readonly number[];
  /** The first pictures are a class-balanced choice; those behind them repeat a few classes, and are looked at only to tell mixed-up lists from unknown orders. */
  readonly base: number;
  /** The first is the one in use. */
  readonly maps: readonly LabelMap[];
  readonly preprocess: Preprocess;
  readonly outputs: number;
  /** Only orders of labels: for models whose outputs cannot be the data set's classes. */
  readonly labelsOnly: boolean;
  readonly seed: number;
  /** Answers to the pictures at these positions, under a preprocessing; pictures that cannot be read are left out. */
  readonly look: (preprocess: Preprocess, positions: readonly number[]) => Promise<Answers>;
}

export interface Diagnosis {
  /** As it stands, and as it would be with everything that was adopted. */
  readonly now: Setup;
  readonly fixed: Setup;
  /** Positions of the base that could be read. */
  readonly positions: readonly number[];
  readonly changed: readonly PreprocessAxis[];
  readonly evidence: readonly GateEvidence[];
  /** Whether the labels, with what was adopted, are surely the right ones. */
  readonly fitting: boolean;
  readonly chance: ChanceFault | null;
}

export async function diagnose(input: DiagnosisInput): Promise<Diagnosis> {
  const { labels, maps, outputs } = input;
  const [inUse] = maps;
  if (inUse === undefined) throw new Error('there is no map of labels in use');
  const base = Array.from({ length: input.base }, (_, position) => position);
  const answers = await input.look(input.preprocess, base);
  const positions = base.filter((position) => answers.has(position));
  const now: Setup = { preprocess: input.preprocess, map: inUse, answers };
  let labelRows = chooseMap(now, maps, positions, labels, outputs);
  let current = labelRows.setup;
  const changed: PreprocessAxis[] = [];
  const rows = new Map<PreprocessAxis, readonly GateEvidence[]>();
  while (!input.labelsOnly && positions.length > 0) {
    const round = await tryVariants(input, current, positions, new Set(changed));
    for (const [axis, found] of round.rows) rows.set(axis, found);
    if (round.adopted === null) break;
    changed.push(round.adopted.axis);
    const { setup } = round.adopted;
    // An order that was hidden by unreadable input may show now.
    const again = chooseMap({ ...setup, map: current.map }, maps, positions, labels, outputs);
    if (current.map === inUse) labelRows = again;
    current = again.setup.map === current.map ? setup : again.setup;
  }
  const fitting = fits(current, positions, labels, outputs);
  return {
    now, fixed: current, fitting, positions, changed,
    evidence: [evidenceRow('now', now, positions, labels, null, 'now', inUse.id === 'as-listed' ? null : inUse.id), ...labelRows.rows, ...[...rows.values()].flat()],
    chance: fitting ? null : await judgeChance(input, current, positions),
  };
}

interface Tried {
  readonly variant: Variant;
  readonly setup: Setup;
  readonly seen: readonly number[];
  readonly comparison: Comparison;
  readonly verdict: 'better' | 'no-better' | 'same';
}

interface Round {
  readonly rows: ReadonlyMap<PreprocessAxis, readonly GateEvidence[]>;
  readonly adopted: { readonly axis: PreprocessAxis; readonly setup: Setup } | null;
}

async function tryVariants(input: DiagnosisInput, current: Setup, positions: readonly number[], settled: ReadonlySet<PreprocessAxis>): Promise<Round> {
  const { labels } = input;
  const variants = variantsOf(current.preprocess, settled);
  // Below chance nothing says which order of labels is meant: each rival may come with its own.
  const maps = fits(current, positions, labels, input.outputs) ? [current.map] : input.maps;
  const tests = variants.length * looks * maps.length;
  const tried = await Promise.all(variants.map((variant) => tryVariant(input, variant, current, positions, maps, tests)));
  const better = tried.filter(({ verdict }) => verdict === 'better');
  const common = positions.slice(0, firstLook);
  const axis = leastLoss(better, common, labels)?.variant.axis ?? null;
  const whole = await Promise.all(better.filter(({ variant }) => variant.axis === axis).map((each) => completed(input, each, positions)));
  const winner = leastLoss(whole, positions, labels);
  const rows = new Map<PreprocessAxis, GateEvidence[]>();
  for (const each of tried) {
    const shown = whole.find(({ variant }) => variant === each.variant) ?? each;
    const versus = compareSetups(shown.setup, current, shown.seen, labels);
    const row = evidenceRow(each.variant.axis, shown.setup, shown.seen, labels, versus, shown === winner ? 'fix' : shown.verdict, null);
    rows.set(each.variant.axis, [...(rows.get(each.variant.axis) ?? []), row]);
  }
  return { rows, adopted: winner === null ? null : { axis: winner.variant.axis, setup: winner.setup } };
}

/** Looks at more and more pictures until the variant is better, or no longer promising. */
async function tryVariant(input: DiagnosisInput, variant: Variant, current: Setup, positions: readonly number[], maps: readonly LabelMap[], tests: number): Promise<Tried> {
  const { labels, outputs } = input;
  const sizes = [firstLook, secondLook, positions.length].map((size) => Math.min(size, positions.length));
  const found = new Map<number, Answer>();
  let seen: readonly number[] = [];
  for (;;) {
    const size = sizes.find((wanted) => wanted > seen.length);
    if (size === undefined) throw new Error('a variant was not judged on all pictures');
    for (const [position, given] of await input.look(variant.preprocess, positions.slice(seen.length, size))) found.set(position, given);
    seen = positions.slice(0, size);
    const setup = bestFitting(maps.map((map): Setup => ({ preprocess: variant.preprocess, map, answers: found })), seen, labels);
    if (setup === null) throw new Error('there is no map of labels');
    const comparison = compareSetups(setup, current, seen, labels);
    const done = (verdict: Tried['verdict']): Tried => ({ variant, setup, seen, comparison, verdict });
    if (sameAnswers(setup, current, seen)) return done('same');
    if (comparison.p * tests <= falseAlarms && comparison.gained >= comparison.lost && fits(setup, seen, labels, outputs)) return done('better');
    if (!comparison.promising || size === positions.length) return done('no-better');
  }
}

async function completed(input: DiagnosisInput, tried: Tried, positions: readonly number[]): Promise<Tried> {
  const more = await input.look(tried.variant.preprocess, positions.slice(tried.seen.length));
  return { ...tried, seen: positions, setup: { ...tried.setup, answers: new Map([...tried.setup.answers, ...more]) } };
}

function leastLoss(tried: readonly Tried[], positions: readonly number[], labels: readonly number[]): Tried | null {
  const rated = tried.map((each) => ({ each, loss: mean(scoreOn(each.setup, positions, labels).scores.tempered) }));
  return rated.sort((a, b) => a.loss - b.loss)[0]?.each ?? null;
}

/** Both networks were given the same pixels: nothing to choose between. */
function sameAnswers(a: Setup, b: Setup, positions: readonly number[]): boolean {
  return a.map === b.map && positions.every((position) => {
    const [left, right] = [a.answers.get(position)?.logits, b.answers.get(position)?.logits];
    return left === undefined || right === undefined || left.every((value, i) => value === right[i]);
  });
}
