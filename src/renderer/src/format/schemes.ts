/** How a scheme is named and coloured in the window. The id itself is never translated. */
import { assertNever } from '../../../shared/assert-never';
import type { SchemeId } from '../../../shared/settings';

export interface SchemeLook {
  readonly id: SchemeId;
  /** Two lines of a narrow header: where the scheme comes from, and the part of its id that tells it apart. */
  readonly family: string;
  readonly code: string;
  /** CSS colour, from the tokens. */
  readonly colour: string;
  /** `_16` schemes are dashed where lines meet. */
  readonly dashed: boolean;
}

export function schemeLook(id: SchemeId): SchemeLook {
  switch (id) {
    case 'none': return { id, family: 'FP32', code: 'FP32', colour: 'var(--fp32)', dashed: false };
    case 'Sqrt2_16': return { id, family: 'RepQ-ViT', code: 'Sqrt2_16', colour: 'var(--sqrt2-16)', dashed: true };
    case 'Sqrt2_17': return { id, family: 'RepQ-ViT', code: 'Sqrt2_17', colour: 'var(--sqrt2-17)', dashed: false };
    case 'BitLog2_Single_16': return { id, family: 'BitLog2', code: 'Single_16', colour: 'var(--single-16)', dashed: true };
    case 'BitLog2_Single_17': return { id, family: 'BitLog2', code: 'Single_17', colour: 'var(--single-17)', dashed: false };
    case 'BitLog2_Half_16': return { id, family: 'BitLog2', code: 'Half_16', colour: 'var(--half-16)', dashed: true };
    case 'BitLog2_Half_17': return { id, family: 'BitLog2', code: 'Half_17', colour: 'var(--half-17)', dashed: false };
    default: return assertNever(id, 'scheme');
  }
}

/** A level's place on a log2 axis from 2^-16 (0) to 1 (1); null for zero, which has no place there. */
export function ladderPosition(level: number): number | null {
  if (level <= 0) return null;
  return Math.min(1, Math.max(0, (Math.log2(level) + 16) / 16));
}
