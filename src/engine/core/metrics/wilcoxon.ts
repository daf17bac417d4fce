import { normalTail } from './normal-tail';

/**
 * One-sided Wilcoxon signed-rank test: whether differences tend to be above zero. Normal approximation with the correction for ties and for
 * continuity; zeros are left out (Wilcoxon 1945). 1 with fewer than ten differences that are not zero, where the approximation says nothing.
 */
export function wilcoxonAbove(differences: ArrayLike<number>): number {
  const values = Array.from(differences).filter((value) => value !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  const n = values.length;
  if (n < 10) return 1;
  let above = 0;
  let ties = 0;
  for (let start = 0; start < n; ) {
    let end = start;
    while (end < n && Math.abs(values[end]) === Math.abs(values[start])) end++;
    // Equal sizes share the mean of their ranks.
    const rank = (start + 1 + end) / 2;
    const equal = end - start;
    ties += equal ** 3 - equal;
    for (let i = start; i < end; i++) if (values[i] > 0) above += rank;
    start = end;
  }
  const mean = (n * (n + 1)) / 4;
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48;
  return variance <= 0 ? 1 : normalTail((above - mean - 0.5) / Math.sqrt(variance));
}
