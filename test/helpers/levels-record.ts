/** Levels of an invented run for tests of the window and the command line: two blocks of two heads whose figures obey the arithmetic between them. */
import { binsPerOctave, densityBins, densityOctaves, type LevelGrid, type Levels } from '../../src/shared/levels';
import { logSchemeIds, type SchemeId } from '../../src/shared/settings';

const heads = 2;
const elementsPerHead = 1000;

/** Integer ladders as BitLog2 has them, powers of the root for the others: [level in units of 1 / delta, least value]. */
function ladder(scheme: SchemeId, delta: number): Pick<LevelGrid, 'levels' | 'names' | 'thresholds'> {
  if (scheme.startsWith('Sqrt2')) {
    const count = scheme === 'Sqrt2_17' ? 16 : 15;
    const powers = Array.from({ length: count }, (_, i) => count - 1 - i);
    return { levels: [0, ...powers.map((q) => delta * 2 ** (-q / 2))], names: ['0', ...powers.map((q) => (q === 0 ? 'δ' : q % 2 === 0 ? `δ·2^-${q / 2}` : `δ·2^-${q}/2`))], thresholds: powers.map((q) => delta * 2 ** (-(q + 0.5) / 2)) };
  }
  const half = scheme.includes('Half');
  const most = half ? (scheme.endsWith('16') ? 192 : 256) : scheme.endsWith('16') ? 2 ** 14 : 2 ** 15;
  const range = half ? (scheme.endsWith('16') ? 256 : 384) : 2 * most;
  const integers = [1, 2, 3, ...Array.from({ length: 16 }, (_, n) => [2 ** (n + 2), 1.5 * 2 ** (n + 2)]).flat()].filter((level) => level <= most && (half || Number.isInteger(Math.log2(level))));
  const name = (level: number): string => { const n = Math.floor(Math.log2(level)); const power = n === 0 ? '1' : n === 1 ? '2' : `2^${n}`; return `${level === 2 ** n ? power : `1.5·${power}`}/${delta}`; };
  return { levels: [0, ...integers.map((level) => level / delta)], names: ['0', ...integers.map(name)], thresholds: integers.map((level) => level / range) };
}

export function deltaOfRecord(scheme: SchemeId, block: number): number {
  if (scheme.startsWith('Sqrt2')) return block === 0 ? 0.25 : 0.125;
  return (scheme.includes('Half') ? 290 : 22_000) + 37 * block + (scheme.endsWith('17') ? 10 : 0);
}

/** Counts of a head: most elements in the middle of the ladder, the top code unused by head 0, everything zero for an empty head. */
function headCounts(codes: number, head: number, empty: boolean): number[] {
  if (empty) return Array.from({ length: codes }, (_, code) => (code === 0 ? elementsPerHead : 0));
  const weights = Array.from({ length: codes }, (_, code) => (code === codes - 1 && head === 0 ? 0 : 1 + Math.round(40 * Math.exp(-((code - 5 - head) ** 2) / 8))));
  const sum = weights.reduce((a, b) => a + b, 0);
  const counts = weights.map((weight) => Math.floor((weight * elementsPerHead) / sum));
  const rest = elementsPerHead - counts.reduce((a, b) => a + b, 0);
  return counts.map((count, code) => (code === 5 ? count + rest : count));
}

function density(empty: boolean): number[] {
  const bins = new Array<number>(densityBins).fill(0);
  if (empty) bins[0] = elementsPerHead;
  else {
    bins[0] = 20;
    bins[1] = 5;
    for (let i = 0; i < 65; i++) bins[2 + (densityOctaves - 12) * binsPerOctave + (i % 24)] = (bins[2 + (densityOctaves - 12) * binsPerOctave + (i % 24)] ?? 0) + 15;
  }
  return bins;
}

/** `emptyHead`: head 1 of block 1 holds nothing but zeros. */
export function makeLevels(options: { readonly runId?: string; readonly blocks?: readonly { readonly name: string; readonly heads?: number }[]; readonly own?: SchemeId | null; readonly emptyHead?: boolean } = {}): Levels {
  const { runId = 'r', own = 'BitLog2_Half_17', emptyHead = false } = options;
  const blocks = (options.blocks ?? [{ name: 'blocks.0.attn' }, { name: 'blocks.1.attn' }]).map((block) => ({ heads, ...block }));
  const isEmpty = (block: number, head: number): boolean => emptyHead && block === 1 && head === 1;
  const headsOf = (block: { readonly heads: number }): number[] => Array.from({ length: block.heads }, (_, head) => head);
  const gridOf = (scheme: SchemeId, block: number): LevelGrid => {
    const delta = deltaOfRecord(scheme, block);
    const steps = ladder(scheme, delta);
    const counts = headsOf(blocks[block] ?? { heads }).flatMap((head) => headCounts(steps.levels.length, head, isEmpty(block, head)));
    const codes = steps.levels.length;
    return { delta, source: scheme === own ? 'run' : scheme === 'Sqrt2_17' && own !== null ? 'sibling' : 'maps', ...steps, counts, errors: counts.map((count, i) => (isEmpty(block, Math.floor(i / codes)) ? 0 : count * 1e-6 * (1 + (i % codes)))) };
  };
  return {
    runId, source: 'run', images: 16, skipped: 0,
    blocks: blocks.map((block, index) => ({
      name: block.name, site: `${block.name}.matmul2`, heads: block.heads, tokens: 10, windows: 1, elements: elementsPerHead,
      signal: headsOf(block).map((head) => (isEmpty(index, head) ? 0 : 0.5 + index)), density: headsOf(block).flatMap((head) => density(isEmpty(index, head))),
    })),
    schemes: logSchemeIds.map((scheme) => ({ scheme, sibling: scheme === 'Sqrt2_17' && own !== null ? 'r-sqrt2' : null, grids: blocks.map((_, block) => gridOf(scheme, block)) })),
    run: own === null ? null : { images: 1000, blocks: blocks.map((_, block) => { const { levels, counts } = gridOf(own, block); return { scheme: own, codes: levels.length, counts: counts.map((count) => 60 * count) }; }) },
  };
}
