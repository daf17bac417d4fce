/** The gate's judgement on answers that are made up: what a network says under each preprocessing is known here. */
import { describe, expect, it } from 'vitest';
import { answer, type Answers } from '../../../../src/engine/core/gate/answers';
import { diagnose, firstLook, type Diagnosis, type DiagnosisInput } from '../../../../src/engine/core/gate/diagnose';
import type { LabelMap } from '../../../../src/engine/core/gate/label-maps';
import { createRandom } from '../../../../src/engine/core/random/random';
import type { Preprocess } from '../../../../src/shared/settings';

const right: Preprocess = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], cropPct: 0.9, interpolation: 'bicubic' };
const outputs = 100;

/** How far the label's logit is above the noise of the others. */
type Strength = (preprocess: Preprocess) => number;

interface World {
  readonly labels?: readonly number[];
  readonly strength: Strength;
  /** What the network means by a label. */
  readonly means?: (label: number, position: number) => number;
  readonly maps?: readonly LabelMap[];
  readonly preprocess?: Preprocess;
  readonly seed?: number;
  readonly images?: number;
  readonly labelsOnly?: boolean;
  /** Multiplies all logits. */
  readonly sharpness?: Strength;
}

const mapOf = (id: LabelMap['id'], rule: (label: number) => number): LabelMap => ({ id, outputs: Int32Array.from({ length: outputs }, (_, label) => { const output = rule(label); return output < outputs ? output : -1; }) });
const asListed = mapOf('as-listed', (label) => label);
const shifts = [asListed, mapOf('plus-one', (label) => label + 1), mapOf('minus-one', (label) => label - 1)];

async function judge(world: World): Promise<Diagnosis & { readonly passes: number }> {
  const { images = 200, seed = 1 } = world;
  const labels = world.labels ?? Array.from({ length: images }, (_, position) => position % outputs);
  let passes = 0;
  const look = async (preprocess: Preprocess, positions: readonly number[]): Promise<Answers> => {
    passes += positions.length;
    return new Map(positions.map((position) => {
      // The same picture has the same noise under every preprocessing, as pictures do.
      const random = createRandom(seed * 1_000 + position);
      const logits = Float32Array.from({ length: outputs }, () => random.normal());
      const label = labels[position] ?? 0;
      const meant = world.means?.(label, position) ?? label;
      logits[meant] = (logits[meant] ?? 0) + world.strength(preprocess) * (0.5 + random.uniform());
      const sharpness = world.sharpness?.(preprocess) ?? 1.5;
      return [position, answer(logits.map((logit) => logit * sharpness))];
    }));
  };
  const input: DiagnosisInput = { labels, base: images, maps: world.maps ?? shifts, preprocess: world.preprocess ?? right, outputs, labelsOnly: world.labelsOnly ?? false, seed, look };
  return { ...(await diagnose(input)), passes };
}

const strong: Strength = () => 6;
const whenBgr: Strength = ({ channels }) => (channels === 'bgr' ? 6 : 4);
const verdicts = ({ evidence }: Diagnosis): string[] => evidence.filter(({ verdict }) => verdict === 'fix').map(({ axis, labelMap }) => (axis === 'labels' ? `${axis} ${labelMap}` : axis));

describe('diagnose', () => {
  it.each([1, 2, 3, 4, 5, 6])('names nothing where nothing is wrong (seed %d)', async (seed) => {
    // Neighbouring crops and interpolations are a little better or worse, as they are in life.
    const nearly: Strength = ({ cropPct, interpolation, channels, mean }) => 5 - (channels === 'bgr' ? 1.5 : 0) - 4 * Math.abs((mean[0] ?? 0) - 0.5) + (cropPct === 1 ? 0.1 : 0) - (interpolation === 'bilinear' ? 0.05 : 0);
    const found = await judge({ strength: nearly, seed });
    expect([verdicts(found), found.changed, found.chance, found.fixed.map.id]).toEqual([[], [], null, 'as-listed']);
    expect(found.passes).toBeLessThan(200 + 12 * firstLook + 200);
  });

  it.each([1, 2, 3])('names nothing where half of the labels are wrong: being less sure is no merit (seed %d)', async (seed) => {
    const flat: Strength = ({ mean }) => (mean[0] === 0 ? 0.15 : 1.5);
    const found = await judge({ strength: strong, sharpness: flat, seed, means: (label, position) => (position % 2 === 0 ? label : (label + 37) % outputs) });
    expect([verdicts(found), found.chance]).toEqual([[], null]);
  });

  it('finds labels that are off by one, on the same logits', async () => {
    const found = await judge({ strength: strong, means: (label) => (label + 1) % outputs });
    expect(verdicts(found)).toEqual(['labels plus-one']);
    expect(found.fixed.map.id).toBe('plus-one');
    expect(found.evidence[1]?.versus?.gained).toBeGreaterThan(150);
  });

  it('finds channels that cost a few points, by losses', async () => {
    const found = await judge({ strength: whenBgr });
    expect(found.changed).toEqual(['channels']);
    expect(found.fixed.preprocess).toEqual({ ...right, channels: 'bgr' });
  });

  it('finds two faults of the preprocessing one after the other', async () => {
    const found = await judge({ preprocess: { ...right, cropPct: 0.4 }, strength: ({ channels, cropPct }) => 7 - (channels === 'bgr' ? 0 : 2) - (cropPct < 0.8 ? 2 : 0) });
    expect([...found.changed].sort()).toEqual(['channels', 'crop']);
    expect(found.fixed.preprocess.channels).toBe('bgr');
    expect(found.fixed.preprocess.cropPct).toBeGreaterThanOrEqual(0.875);
  });

  it('finds an order of labels behind input that cannot be read', async () => {
    const found = await judge({ preprocess: { ...right, std: [1 / 255, 1 / 255, 1 / 255], mean: [0, 0, 0] }, strength: ({ mean }) => (mean[0] === 0.5 ? 6 : 0), means: (label) => (label + 1) % outputs });
    expect(verdicts(found)).toEqual(['labels plus-one', 'normalisation']);
  });

  it('tells mixed-up lists, unknown orders and guesses apart', async () => {
    const labels = Array.from({ length: 200 }, (_, position) => position % 10);
    const random = createRandom(3);
    const mixed = labels.map(() => random.int(10));
    const shuffled = await judge({ labels, strength: () => 9, means: (_, position) => 20 + (mixed[position] ?? 0) });
    const unknown = await judge({ labels, strength: () => 9, means: (label) => 90 - label * 7 });
    const guesses = await judge({ labels, strength: () => 0, sharpness: () => 0.1 });
    expect([shuffled.chance?.kind, unknown.chance?.kind, guesses.chance?.kind]).toEqual(['shuffled', 'unknown-order', 'untrained']);
    expect([verdicts(shuffled), verdicts(unknown), verdicts(guesses)]).toEqual([[], [], []]);
  });

  it('does not take an order that meets one class of ten by accident', async () => {
    const labels = Array.from({ length: 200 }, (_, position) => position % 10);
    // Listed labels meet class 9, the ones shifted by one meet class 0: nothing but accidents.
    const found = await judge({ labels, strength: () => 9, means: (label) => (label === 9 ? 9 : label === 0 ? 1 : 90 - label * 7) });
    expect([verdicts(found), found.changed, found.chance?.kind]).toEqual([[], [], 'unknown-order']);
  });

  it('looks at no more pictures than decide: a clear answer needs the first look only', async () => {
    const found = await judge({ strength: ({ channels, mean, cropPct, interpolation, resize }) => (channels === undefined && mean[0] === 0.5 && cropPct === 0.9 && interpolation === 'bicubic' && resize === undefined ? 6 : 3) });
    expect(found.evidence.filter(({ axis }) => axis !== 'now' && axis !== 'labels').every(({ images }) => images === firstLook)).toBe(true);
    expect(found.passes).toBe(200 + (found.evidence.length - 1 - 2) * firstLook);
  });

  it('says what cannot be told apart: the same answers under another preprocessing', async () => {
    const found = await judge({ strength: strong });
    expect(found.evidence.filter(({ verdict }) => verdict === 'same').length).toBeGreaterThan(5);
  });

  it('judges a handful of pictures without naming anything', async () => {
    for (const images of [1, 5, 12]) {
      const found = await judge({ images, strength: () => 0, means: () => 3 });
      expect([verdicts(found), found.chance, found.positions.length]).toEqual([[], null, images]);
    }
  });

  it('leaves the preprocessing alone where only labels were asked about', async () => {
    const found = await judge({ strength: strong, labelsOnly: true, images: 48 });
    expect([found.passes, found.evidence.length]).toEqual([48, 3]);
  });
});
