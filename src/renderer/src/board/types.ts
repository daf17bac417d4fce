/** Board records under the names this folder uses. */
import type * as v from 'valibot';
import type { schemeLadderSchema } from '../../../shared/records';

export type { Board, BoardCell, ModelRecord, PairedResult, RunRecord } from '../../../shared/records';
export type SchemeLadder = Readonly<v.InferOutput<typeof schemeLadderSchema>>;
