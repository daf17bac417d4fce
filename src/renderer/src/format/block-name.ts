/** `blocks.3.attn` -> "3", `layers.1.blocks.0.attn` -> "1.0": room for a name over a narrow column. Without digits the position stands in. */
export function shortBlockName(name: string, position: number): string {
  const digits = name.match(/\d+/g);
  return digits === null ? String(position) : digits.join('.');
}
