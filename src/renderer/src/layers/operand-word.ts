import type { OperandName } from '../../../shared/overrides';

/** What an operand is called in words: the operands of an attention product by what they are. */
export function operandWord(role: string, operand: OperandName): 'input' | 'weight' | 'q' | 'k' | 'map' | 'v' {
  if (operand === 'A') return role === 'matmul2' ? 'map' : 'q';
  if (operand === 'B') return role === 'matmul2' ? 'v' : 'k';
  return operand;
}
