/** Parameters over draws, each held against its median so that all fit one axis. */
import { median, type CalibrationDraws } from '../../../shared/calibration';
import { kindOf, type ParameterKind } from './parameter-rows';
import { operandWord, type OperandWord } from './operand-words';

export type DrawField = 'delta' | 'zeroPoint';

export interface DrawStrip {
  readonly site: string;
  readonly operand: string;
  readonly word: OperandWord;
  readonly head: number | null;
  /** One per draw: percent of the median for delta, steps of the grid for zero points; null where a draw has no such quantiser. */
  readonly values: readonly (number | null)[];
}

/** Quantisers of these kinds, in network order. */
export function drawStrips({ operands }: CalibrationDraws, field: DrawField, kinds: readonly ParameterKind[]): DrawStrip[] {
  return operands.flatMap(({ site, operand, delta, zeroPoint }): DrawStrip[] => {
    const named = operandWord(site, operand);
    const values = field === 'delta' ? delta : zeroPoint;
    if (values === null || !kinds.includes(kindOf(named.word))) return [];
    const middle = median(values.filter((value) => value !== null));
    const held = (value: number): number => (field === 'delta' ? 100 * (value / middle - 1) : value - middle);
    return [{ site, operand, ...named, values: values.map((value) => (value === null ? null : held(value))) }];
  });
}

/** The value that lies furthest from its median, with its sign; null without strips. */
export function widestStrip(strips: readonly DrawStrip[]): { readonly strip: DrawStrip; readonly value: number } | null {
  let widest: { readonly strip: DrawStrip; readonly value: number } | null = null;
  for (const strip of strips) {
    for (const value of strip.values) {
      if (value !== null && (widest === null || Math.abs(value) > Math.abs(widest.value))) widest = { strip, value };
    }
  }
  return widest;
}

/** The `count` smallest seeds that no draw has yet. With `evaluated`, seeds of which only parameters are known count as free. */
export function furtherSeeds(draws: CalibrationDraws, count: number, evaluated: boolean): number[] {
  const taken = new Set(draws.draws.filter(({ kind }) => !evaluated || kind === 'run').map(({ seed }) => seed));
  const seeds: number[] = [];
  for (let seed = 0; seeds.length < count; seed++) if (!taken.has(seed)) seeds.push(seed);
  return seeds;
}

/** Seeds whose parameters are known and whose accuracy is not. */
export function unevaluatedSeeds({ draws }: CalibrationDraws): number[] {
  return draws.flatMap(({ kind, seed }) => (kind === 'redraw' && seed !== null ? [seed] : []));
}
