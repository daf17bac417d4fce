/** Board records under the names this folder uses. */
import type { Board } from '../../../shared/records';

export type { Board, BoardCell, ModelRecord, PairedResult, RunRecord } from '../../../shared/records';
export type SchemeLadder = Board['columns'][number];
