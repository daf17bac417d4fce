/** What an operand of a site is called: the operands of an attention product by what they are. */
export type OperandWord = 'input' | 'weight' | 'q' | 'k' | 'map' | 'v';

/** `A#3` is a further quantiser of a map, which head 3 is the first to use. */
export function operandWord(site: string, operand: string): { readonly word: OperandWord; readonly head: number | null } {
  const [field = '', head] = operand.split('#');
  const overValues = site.endsWith('matmul2');
  const word = field === 'A' ? (overValues ? 'map' : 'q') : field === 'B' ? (overValues ? 'v' : 'k') : field === 'input' ? 'input' : 'weight';
  return { word, head: head === undefined ? null : Number(head) };
}
