/** Huffman codes for the JPEG encoder, and the bits of its stream. */
import { at } from '../../src/shared/at';

export interface Code {
  /** Number of codes of lengths 1..16. */
  readonly counts: readonly number[];
  /** Symbols in the order of their codes. */
  readonly symbols: readonly number[];
  /** By symbol. */
  readonly lengths: Uint8Array;
  readonly words: Uint16Array;
}

interface Node {
  readonly weight: number;
  readonly symbols: readonly number[];
}

const longest = 16;

/** Depth of each symbol in the tree that Huffman's method grows; symbol 256 keeps the word of ones free, which JPEG does not allow. */
function depths(stream: readonly number[]): Map<number, number> {
  const weights = new Map<number, number>([[256, 0]]);
  for (const symbol of stream) weights.set(symbol, (weights.get(symbol) ?? 0) + 1);
  const found = new Map([...weights.keys()].map((symbol): [number, number] => [symbol, 0]));
  let nodes: Node[] = [...weights].map(([symbol, weight]) => ({ weight, symbols: [symbol] }));
  while (nodes.length > 1) {
    nodes = nodes.sort((a, b) => a.weight - b.weight);
    const [a, b] = [at(nodes, 0), at(nodes, 1)];
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) found.set(symbol, (found.get(symbol) ?? 0) + 1);
    nodes = [...nodes.slice(2), { weight: a.weight + b.weight, symbols }];
  }
  return found;
}

/** A code for the symbols of a stream with words of at most 16 bits. */
export function makeCode(stream: readonly number[]): Code {
  const found = depths(stream);
  const counts = Array.from({ length: 64 }, () => 0);
  for (const depth of found.values()) counts[depth] = at(counts, depth) + 1;
  // Words that are too long are shortened two by two, at the cost of one short word: the standard's way.
  for (let length = counts.length - 1; length > longest; length--) {
    while (at(counts, length) > 0) {
      let short = length - 2;
      while (at(counts, short) === 0) short--;
      counts[length] = at(counts, length) - 2;
      counts[length - 1] = at(counts, length - 1) + 1;
      counts[short + 1] = at(counts, short + 1) + 2;
      counts[short] = at(counts, short) - 1;
    }
  }
  const order = [...found].filter(([symbol]) => symbol !== 256).sort((a, b) => a[1] - b[1] || a[0] - b[0]).map(([symbol]) => symbol);
  // The longest word was the free one's.
  let last = longest;
  while (at(counts, last) === 0) last--;
  counts[last] = at(counts, last) - 1;
  const lengths = new Uint8Array(256);
  const words = new Uint16Array(256);
  let word = 0;
  let index = 0;
  for (let length = 1; length <= longest; length++) {
    for (let i = 0; i < at(counts, length); i++) {
      const symbol = at(order, index++);
      lengths[symbol] = length;
      words[symbol] = word++;
    }
    word *= 2;
  }
  return { counts: counts.slice(1, longest + 1), symbols: order, lengths, words };
}

/** Bits, highest first; a byte of ones gets a zero behind it. */
export class BitWriter {
  private bytes = new Uint8Array(1 << 16);
  private length = 0;
  private pending = 0;
  private count = 0;

  byte(value: number): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = value;
  }

  bits(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) {
      this.pending = this.pending * 2 + ((value >> bit) & 1);
      if (++this.count < 8) continue;
      this.byte(this.pending);
      if (this.pending === 255) this.byte(0);
      this.pending = 0;
      this.count = 0;
    }
  }

  /** Fills the last byte with ones. */
  flush(): void {
    if (this.count > 0) this.bits(255, 8 - this.count);
  }

  marker(kind: number): void {
    this.byte(255);
    this.byte(kind);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
