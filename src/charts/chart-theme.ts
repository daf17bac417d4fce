/**
 * Colours and type of all charts, for dark and light surfaces (the window's tokens), and as CSS variables for a page that has both.
 * Families by hue, 16 and 17 levels by strength; `_16` dashed and hollow, `_17` solid: readable without colour too.
 */
import { schemeIds, type SchemeId } from '../shared/settings';

export interface ChartTheme {
  readonly text: string;
  /** Secondary text: units, axis labels. */
  readonly textWeak: string;
  readonly line: string;
  readonly surface: string;
  readonly schemes: Readonly<Record<SchemeId, string>>;
  /** Below zero, above zero; the neutral of differences is `surface`. */
  readonly negative: string;
  readonly positive: string;
}

export const chartFont = `system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK KR', sans-serif`;

export const lightTheme: ChartTheme = {
  text: '#14171b',
  textWeak: '#656e79',
  line: '#e2e5e9',
  surface: '#ffffff',
  schemes: {
    none: '#6b737c',
    Sqrt2_16: '#2e93cc',
    Sqrt2_17: '#0072b2',
    BitLog2_Single_16: '#bf7f00',
    BitLog2_Single_17: '#d55e00',
    BitLog2_Half_16: '#2e9d80',
    BitLog2_Half_17: '#009e73',
  },
  negative: '#2166ac',
  positive: '#b2182b',
};

export const darkTheme: ChartTheme = {
  text: '#eceef1',
  textWeak: '#8b939d',
  line: '#282d33',
  surface: '#121417',
  schemes: {
    none: '#9aa3ad',
    Sqrt2_16: '#56b4e9',
    Sqrt2_17: '#0072b2',
    BitLog2_Single_16: '#e69f00',
    BitLog2_Single_17: '#d55e00',
    BitLog2_Half_16: '#5bc8a8',
    BitLog2_Half_17: '#009e73',
  },
  negative: '#6aaeed',
  positive: '#f2726f',
};

const variables: Readonly<Record<SchemeId, string>> = {
  none: '--fp32',
  Sqrt2_16: '--sqrt2-16',
  Sqrt2_17: '--sqrt2-17',
  BitLog2_Single_16: '--single-16',
  BitLog2_Single_17: '--single-17',
  BitLog2_Half_16: '--half-16',
  BitLog2_Half_17: '--half-17',
};

/** For one SVG in a page that is light or dark: every colour is a variable that the page sets (see `themeVariables`). */
export const variableTheme: ChartTheme = {
  text: 'var(--text)',
  textWeak: 'var(--text-3)',
  line: 'var(--line)',
  surface: 'var(--surface)',
  schemes: {
    none: 'var(--fp32)',
    Sqrt2_16: 'var(--sqrt2-16)',
    Sqrt2_17: 'var(--sqrt2-17)',
    BitLog2_Single_16: 'var(--single-16)',
    BitLog2_Single_17: 'var(--single-17)',
    BitLog2_Half_16: 'var(--half-16)',
    BitLog2_Half_17: 'var(--half-17)',
  },
  negative: 'var(--diff-negative)',
  positive: 'var(--diff-positive)',
};

/** The declarations behind `variableTheme`, for a style sheet. */
export function themeVariables(theme: ChartTheme): string {
  const schemes = schemeIds.map((id) => `${variables[id]}: ${theme.schemes[id]};`);
  return [
    `--text: ${theme.text};`, `--text-3: ${theme.textWeak};`, `--line: ${theme.line};`, `--surface: ${theme.surface};`,
    ...schemes, `--diff-negative: ${theme.negative};`, `--diff-positive: ${theme.positive};`,
  ].join(' ');
}

/** `_16` schemes are dashed and hollow where marks meet. */
export function isDashed(scheme: SchemeId): boolean {
  return scheme.endsWith('_16');
}

/** How a scheme is called in a table or a legend. */
export function schemeName(scheme: SchemeId): string {
  return scheme === 'none' ? 'FP32' : scheme;
}
