/** What the project promises about its speed and memory; the table marks each promise as kept or missed. Pure. */
import type { Row } from './row';

export type Bar = { readonly figure: string } & ({ readonly atMost: number } | { readonly atLeast: number } | { readonly within: number });

const bars: readonly { readonly id: RegExp; readonly bar: Bar }[] = [
  { id: /^calibration\.\w+\.32$/, bar: { figure: 'fp32_passes', atMost: 8 } },
  { id: /^calibration\.memory/, bar: { figure: 'ratio', atMost: 1.1 } },
  { id: /^kernel\.BitLog2/, bar: { figure: 'ratio_to_memcpy', atMost: 1 } },
  { id: /^deit_small\.integer\./, bar: { figure: 'ratio_to_fp32', atLeast: 2 } },
  { id: /^(deit|vit)_base\.integer\./, bar: { figure: 'ratio_to_fp32', atLeast: 1.8 } },
  { id: /^(deit_tiny|swin_tiny|swin_small)\.integer\./, bar: { figure: 'ratio_to_fp32', atLeast: 1.5 } },
  { id: /^\w+\.reference\./, bar: { figure: 'ratio_to_fp32', atLeast: 0.6 } },
  { id: /^images\.jpeg$/, bar: { figure: 'images_per_second', atLeast: 120 } },
  { id: /^listing\.50000$/, bar: { figure: 'seconds', atMost: 5 } },
  { id: /^gate\.deit_small$/, bar: { figure: 'seconds', atMost: 60 } },
  { id: /^workers\.jpeg$/, bar: { figure: 'ratio_to_decoded', atLeast: 0.9 } },
  { id: /^workers\.2$/, bar: { figure: 'ratio_to_one', atLeast: 1.85 } },
  { id: /^memory\.peak\.deit_base$/, bar: { figure: 'peak_bytes', atMost: 1.5e9 } },
  { id: /^stop\./, bar: { figure: 'slowest_milliseconds', atMost: 500 } },
  { id: /^schemes\.all$/, bar: { figure: 'ratio_to_one', atMost: 5.5 } },
  { id: /^memory\.flat$/, bar: { figure: 'growth', within: 0.05 } },
  { id: /^memory\.estimate/, bar: { figure: 'ratio', within: 0.3 } },
];

export interface Verdict {
  readonly kept: boolean;
  /** The promise in words, for example `fp32_passes <= 15`. */
  readonly text: string;
}

/** The promise about this row, judged by the median; null where none was made. `within` is measured from 1. */
export function judge(row: Row): Verdict | null {
  const found = bars.find(({ id }) => id.test(row.id));
  const value = found === undefined ? undefined : row.figures[found.bar.figure]?.median;
  if (found === undefined || value === undefined) return null;
  const { bar } = found;
  if ('atMost' in bar) return { kept: value <= bar.atMost, text: `${bar.figure} <= ${bar.atMost}` };
  if ('atLeast' in bar) return { kept: value >= bar.atLeast, text: `${bar.figure} >= ${bar.atLeast}` };
  return { kept: Math.abs(value - 1) <= bar.within, text: `${bar.figure} within ${bar.within * 100} % of 1` };
}
