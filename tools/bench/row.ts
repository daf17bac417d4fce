/** What a measurement gives, and what the program knows of it before it runs. Types only. */
import type { BenchContext } from './context';
import type { Figure } from './statistics';

/** One line of the answer: `{"id", ...figures}` in JSON. */
export interface Row {
  readonly id: string;
  readonly figures: Readonly<Record<string, Figure>>;
}

/** Rows that are measured together, side by side. */
export interface Bench {
  /** Rows that it can give, in the order of the answer. */
  readonly ids: readonly string[];
  /** Those measured when nothing was asked for; the others take too long for every day. */
  readonly usual: readonly string[];
  /** Measures the wanted rows, a part of `ids`. */
  run(context: BenchContext, wanted: readonly string[]): Promise<readonly Row[]>;
}
