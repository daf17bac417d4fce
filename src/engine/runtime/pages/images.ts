/** The images page's list, and what quantisation did to one image. */
import { at } from '../../../shared/at';
import { typicalKlSchema, type Divergence, type Flips, type FlipsQuestion, type MovedHead, type TypicalKl } from '../../../shared/images';
import { toPrediction } from '../results/results';
import { storedRun } from '../results/stored-run';
import { samePrediction, type Views } from '../runs/views';
import { answerKinds } from '../store/answer-kinds';
import type { Store } from '../store/store-types';

/** Images of the sample that tells how much a head moves as a rule. */
export const typicalImages = 16;
/** Heads that are named. */
const mostMoved = 5;

export async function flips(store: Store, { runId, baselineId, ...page }: FlipsQuestion): Promise<Flips> {
  const run = await storedRun(store, runId);
  const baseline = baselineId === null ? null : await storedRun(store, baselineId);
  const { counts, total, rows, found } = await store.flips({ run, baseline, ...page });
  return { runId, baselineId, counts, total, rows: [...rows], found };
}

/** From the same computation as the attention page's views of this image. */
export async function divergence(store: Store, views: Views, runId: string, image: number): Promise<Divergence> {
  const { run, outcome } = await views.outcomeOf(runId, image);
  const typical = await storedTypical(store, runId);
  const stored = await store.prediction(runId, image);
  const file = stored?.file ?? (await store.listedImage(run.listId, image))?.file ?? '';
  const prediction = toPrediction({ ...outcome.quantized, file });
  const heads = (await outcome.allDamage()).flatMap((block, index) => block.map((damage): MovedHead => ({ block: index, head: damage.head, damage, typicalKl: typical === null ? null : at(at(typical.kl, index), damage.head) })));
  return {
    runId, image,
    depth: [...outcome.depthError],
    heads,
    moved: byMovement(heads).slice(0, mostMoved),
    typicalImages: typical?.images ?? null,
    fp32Prediction: toPrediction({ ...outcome.float, file }),
    prediction,
    stored: { prediction: stored === null ? null : toPrediction(stored), equal: stored !== null && samePrediction(prediction, toPrediction(stored)) },
  };
}

/** Positions of heads, the one that moved most first: by KL beyond the head's own mean, which an image's flip is not owed to. */
export function byMovement(heads: readonly MovedHead[]): number[] {
  const movement = ({ damage, typicalKl }: MovedHead): number => damage.kl - (typicalKl ?? 0);
  return heads.map((_, index) => index).sort((a, b) => movement(at(heads, b)) - movement(at(heads, a)) || a - b);
}

export async function storedTypical(store: Store, runId: string): Promise<TypicalKl | null> {
  return store.savedAnalysis(runId, answerKinds.typicalKl, { images: typicalImages }, typicalKlSchema);
}
