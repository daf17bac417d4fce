/** A network as it is used: how pictures are prepared, what its outputs stand for, and what it answered so. */
import type { GateAxis, GateEvidence } from '../../../shared/gate';
import type { LabelMapId } from '../../../shared/label-map';
import type { Preprocess } from '../../../shared/settings';
import { score, summarise, type Answer, type Answers, type Scores } from './answers';
import { binomialTail, compare, type Comparison } from './compare';
import type { LabelMap } from './label-maps';

export interface Setup {
  readonly preprocess: Preprocess;
  readonly map: LabelMap;
  readonly answers: Answers;
}

/** Chance that answers unrelated to the labels pass for related ones. */
const unrelated = 0.001;

export interface ScoredOn {
  readonly positions: readonly number[];
  readonly answers: readonly Answer[];
  readonly scores: Scores;
}

/** The set-up's answers to those of the pictures that it has. */
export function scoreOn({ answers, map }: Setup, positions: readonly number[], labels: readonly number[]): ScoredOn {
  const kept = positions.filter((position) => answers.has(position));
  const found = kept.flatMap((position) => answers.get(position) ?? []);
  return { positions: kept, answers: found, scores: score(found, kept.map((position) => labels[position]), map) };
}

/** Two set-ups on the pictures that both have answered. */
export function compareSetups(rival: Setup, current: Setup, positions: readonly number[], labels: readonly number[]): Comparison {
  const both = positions.filter((position) => rival.answers.has(position) && current.answers.has(position));
  return compare(scoreOn(rival, both, labels).scores, scoreOn(current, both, labels).scores);
}

/**
 * Whether the labels are the right ones for these answers: more often right than by chance, and not merely because a wrong order meets a few classes
 * by accident. Of a network that is right on a share `a` of the pictures, two pictures of one label get the same answer with a probability of about
 * a^2 or more; where that is far beyond what the labels explain, they are in another order.
 */
export function fits(setup: Setup, positions: readonly number[], labels: readonly number[], outputs: number): boolean {
  if (!aboveChance(setup, positions, labels, outputs)) return false;
  const { positions: kept, answers, scores } = scoreOn(setup, positions, labels);
  const right = scores.right.reduce((sum, flag) => sum + flag, 0) / kept.length;
  const same = sharedAnswers(kept.map((position) => labels[position]), answers.map(({ best }) => best));
  return same === null || right >= Math.sqrt(same) / 3;
}

/** Share of the pairs of one label that have one answer; null where no label is there twice. */
function sharedAnswers(labels: readonly number[], given: readonly number[]): number | null {
  const groups = new Map<number, number[]>();
  labels.forEach((label, i) => groups.set(label, [...(groups.get(label) ?? []), given[i]]));
  let pairs = 0;
  let equal = 0;
  for (const members of groups.values()) {
    pairs += (members.length * (members.length - 1)) / 2;
    const counts = new Map<number, number>();
    for (const output of members) counts.set(output, (counts.get(output) ?? 0) + 1);
    for (const count of counts.values()) equal += (count * (count - 1)) / 2;
  }
  return pairs === 0 ? null : equal / pairs;
}

/** Whether the answers have anything to do with the labels. */
function aboveChance(setup: Setup, positions: readonly number[], labels: readonly number[], outputs: number): boolean {
  const { positions: kept, answers, scores } = scoreOn(setup, positions, labels);
  const hits = scores.right.reduce((sum, flag) => sum + flag, 0);
  return kept.length > 0 && binomialTail(hits, kept.length, chanceLevel(kept.map((position) => setup.map.outputs[labels[position]] ?? -1), answers.map(({ best }) => best), outputs)) < unrelated;
}

/** Share that would be right, were answers and labels as frequent as they are but unrelated; of a single class, that of guessing among all outputs. */
export function chanceLevel(wanted: readonly number[], given: readonly number[], outputs: number): number {
  const guessing = 1 / Math.max(1, outputs);
  if (new Set(wanted).size < 2) return guessing;
  const counts = new Map<number, number>();
  for (const output of given) counts.set(output, (counts.get(output) ?? 0) + 1);
  const met = wanted.reduce((sum, output) => sum + (counts.get(output) ?? 0), 0);
  return Math.max(guessing, met / (wanted.length * given.length));
}

export function evidenceRow(axis: GateAxis, setup: Setup, positions: readonly number[], labels: readonly number[], versus: Comparison | null, verdict: GateEvidence['verdict'], asListed: LabelMapId | null): GateEvidence {
  const { images, top1, top1Ci95, loss, lossCi95 } = summarise(scoreOn(setup, positions, labels).scores);
  return {
    axis, preprocess: setup.preprocess, labelMap: setup.map.id === 'as-listed' ? asListed : setup.map.id, images, top1, top1Ci95, loss, lossCi95, verdict,
    versus: versus === null ? null : { images: versus.images, gained: versus.gained, lost: versus.lost, lossGain: versus.lossGain, lossGainCi95: versus.lossGainCi95, p: versus.p },
  };
}
