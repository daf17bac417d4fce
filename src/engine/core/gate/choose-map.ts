/** Which of the known orders of labels fits the answers: on the same logits, so it costs no pass. */
import type { GateEvidence } from '../../../shared/gate';
import { countOf, mean } from './answers';
import { falseAlarms } from './compare';
import type { LabelMap } from './label-maps';
import { fits, compareSetups, evidenceRow, scoreOn, type Setup } from './setup';

export interface MapChoice {
  readonly setup: Setup;
  /** A row for each order but the one in use. */
  readonly rows: readonly GateEvidence[];
}

/** The set-up with the order that is significantly better than the one in use, and fits; else as it is. */
export function chooseMap(current: Setup, maps: readonly LabelMap[], positions: readonly number[], labels: readonly number[], outputs: number): MapChoice {
  const rivals = maps.filter((map) => map !== current.map).map((map) => {
    const setup = { ...current, map };
    return { setup, comparison: compareSetups(setup, current, positions, labels) };
  });
  const good = rivals.filter(({ setup, comparison }) => comparison.p * rivals.length <= falseAlarms && comparison.gained > comparison.lost && fits(setup, positions, labels, outputs));
  const best = bestFitting(good.map(({ setup }) => setup), positions, labels);
  return {
    setup: best ?? current,
    rows: rivals.map(({ setup, comparison }) => evidenceRow('labels', setup, positions, labels, comparison, setup === best ? 'fix' : 'no-better', 'as-listed')),
  };
}

/** Most right answers; of as many, the least loss. Null of none. */
export function bestFitting(setups: readonly Setup[], positions: readonly number[], labels: readonly number[]): Setup | null {
  const rated = setups.map((setup) => {
    const { scores } = scoreOn(setup, positions, labels);
    return { setup, right: countOf(scores.right), loss: mean(scores.losses) };
  });
  return rated.sort((a, b) => b.right - a.right || a.loss - b.loss)[0]?.setup ?? null;
}
