/** Rows of one kind for each of the six schemes: `PREFIX.SCHEME`. */
import { logSchemeIds, type SchemeId } from '../../../src/shared/settings';
import type { BenchContext } from '../context';
import type { Bench, Row } from '../row';

export type SchemeRowId = (scheme: SchemeId) => string;

/** `measure` gets the schemes that were asked for, and the id of each one's row. */
export function benchOfSchemes(prefix: string, usual: readonly SchemeId[], measure: (context: BenchContext, schemes: readonly SchemeId[], idOf: SchemeRowId) => Promise<Row[]>): Bench {
  const idOf: SchemeRowId = (scheme) => `${prefix}.${scheme}`;
  return {
    ids: logSchemeIds.map(idOf),
    usual: usual.map(idOf),
    run: (context, wanted) => measure(context, logSchemeIds.filter((scheme) => wanted.includes(idOf(scheme))), idOf),
  };
}
