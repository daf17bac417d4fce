/** Numbers as text, by locale. Every function takes the locale first; units are part of the result where they are words of no language. */

const minus = (text: string): string => text.replace('-', '−');

const made = new Map<string, Intl.NumberFormat>();

/** What `value.toLocaleString(locale, options)` says, which makes a new formatter at every call: a table of figures asks thousands of times. */
function localised(locale: string, value: number, options: Intl.NumberFormatOptions = {}): string {
  const key = `${locale} ${JSON.stringify(options)}`;
  const format = made.get(key) ?? new Intl.NumberFormat(locale, options);
  made.set(key, format);
  return format.format(value);
}

/** 88.3 -> "88.30". Accuracies carry two decimals everywhere, so columns line up. */
export function percent(locale: string, value: number, digits = 2): string {
  return minus(localised(locale, value, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
}

/** A difference in points with its sign; exact zero has none. */
export function signed(locale: string, value: number, digits = 2): string {
  const text = percent(locale, Math.abs(value), digits);
  if (Number(Math.abs(value).toFixed(digits)) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

export function interval(locale: string, bounds: readonly [number, number], digits = 1): string {
  return `${percent(locale, bounds[0], digits)}–${percent(locale, bounds[1], digits)}`;
}

export function signedInterval(locale: string, bounds: readonly [number, number], digits = 2): string {
  return `${signed(locale, bounds[0], digits)} … ${signed(locale, bounds[1], digits)}`;
}

export function count(locale: string, value: number): string {
  return localised(locale, Math.round(value));
}

/** 1234567 -> "1.2 M"; parameters of a model, in units that are the same in every language. */
export function parameters(locale: string, value: number): string {
  if (value >= 1e6) return `${localised(locale, value / 1e6, { maximumFractionDigits: value >= 1e8 ? 0 : 1 })} M`;
  if (value >= 1e3) return `${localised(locale, value / 1e3, { maximumFractionDigits: 0 })} k`;
  return count(locale, value);
}

export function bytes(locale: string, value: number): string {
  if (value >= 2 ** 30) return `${localised(locale, value / 2 ** 30, { maximumFractionDigits: 1 })} GiB`;
  return `${localised(locale, Math.max(1, Math.round(value / 2 ** 20)))} MiB`;
}

/** A p-value: three decimals, never "0.000". */
export function pValue(locale: string, value: number): string {
  if (value < 0.001) return `< ${localised(locale, 0.001)}`;
  return localised(locale, value, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
}

/** Small quantities of unknown size: three significant digits, exponent where it is shorter. */
export function significant(locale: string, value: number, digits = 3): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '−∞' : '–';
  if (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6) return minus(value.toExponential(digits - 1));
  return minus(localised(locale, value, { minimumSignificantDigits: digits, maximumSignificantDigits: digits }));
}

/** A share of one as percent: "12.3 %". */
export function share(locale: string, value: number, digits = 1): string {
  return `${percent(locale, value * 100, digits)} %`;
}

export interface Duration {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** Seconds split for a message of the locale; under a minute whole seconds, above an hour no seconds. */
export function splitDuration(seconds: number): Duration {
  const whole = Math.max(0, Math.round(seconds));
  return { hours: Math.floor(whole / 3600), minutes: Math.floor((whole % 3600) / 60), seconds: whole % 60 };
}

/** 2^-9 written as such when it is an exact power of two, else three significant digits. */
export function levelValue(locale: string, value: number): string {
  if (value === 0) return '0';
  return significant(locale, value, 3);
}
