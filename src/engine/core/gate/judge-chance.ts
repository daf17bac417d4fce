/** Right no more often than by chance under every hypothesis: what that says of labels, pictures and weights. */
import { wilsonInterval } from '../metrics/wilson-interval';
import { mean, countOf } from './answers';
import type { DiagnosisInput } from './diagnose';
import { chanceLevel, scoreOn, type Setup } from './setup';
import { togetherByChance } from './together';

export interface ChanceFault {
  readonly kind: 'shuffled' | 'unknown-order' | 'untrained';
  /** In percent. */
  readonly top1: number;
  readonly chance: number;
  readonly confidence: number;
}

/** Fewer pictures say too little. */
export const leastImages = 20;
/** Of the way from guessing to certainty: from here on a network is sure of its answers. */
const sure = 0.3;
const related = 0.001;
/** The base has too few pairs of one label when more than this share of its labels is alone. */
const mostlyAlone = 0.5;

/** Null when there are too few pictures to say so. */
export async function judgeChance(input: DiagnosisInput, setup: Setup, positions: readonly number[]): Promise<ChanceFault | null> {
  const { labels, outputs } = input;
  const { positions: kept, answers, scores } = scoreOn(setup, positions, labels);
  if (kept.length < leastImages) return null;
  const given = answers.map(({ best }) => best);
  const chance = chanceLevel(kept.map((position) => setup.map.outputs[labels[position]] ?? -1), given, outputs);
  const right = countOf(scores.right);
  // Half-way to a network that is always right, nobody would speak of chance.
  if (wilsonInterval(right, kept.length)[1] > chance + (1 - chance) / 2) return null;
  const confidence = mean(Float64Array.from(answers, (each) => each.confidence));
  const figures = { top1: (100 * right) / kept.length, chance: 100 * chance, confidence: 100 * confidence };
  const constant = new Set(given).size <= 1;
  if (new Set(kept.map((position) => labels[position])).size < 2) return { kind: dominated(given) ? 'unknown-order' : 'untrained', ...figures };
  if (!constant && (await together(input, setup, kept))) return { kind: 'unknown-order', ...figures };
  const guess = 1 / outputs;
  return { kind: !constant && (confidence - guess) / (1 - guess) >= sure ? 'shuffled' : 'untrained', ...figures };
}

async function together(input: DiagnosisInput, setup: Setup, positions: readonly number[]): Promise<boolean> {
  const counts = new Map<number, number>();
  for (const position of positions) counts.set(input.labels[position], (counts.get(input.labels[position]) ?? 0) + 1);
  const alone = [...counts.values()].filter((count) => count === 1).length;
  const repeated = input.labels.map((_, position) => position).slice(input.base);
  const use = alone > mostlyAlone * counts.size && repeated.length > 0 ? repeated : positions;
  const answers = use === positions ? setup.answers : await input.look(setup.preprocess, repeated);
  const kept = use.filter((position) => answers.has(position));
  return togetherByChance(kept.map((position) => input.labels[position]), kept.map((position) => answers.get(position)?.best ?? -1), input.seed) <= related;
}

/** Most pictures get one and the same answer. */
function dominated(given: readonly number[]): boolean {
  const counts = new Map<number, number>();
  for (const output of given) counts.set(output, (counts.get(output) ?? 0) + 1);
  return Math.max(...counts.values()) * 2 > given.length;
}
