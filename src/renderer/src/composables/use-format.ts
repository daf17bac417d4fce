/** The number formats of format/numbers.ts bound to the language of the window. */
import { useI18n } from 'vue-i18n';
import * as numbers from '../format/numbers';

type Bound = {
  readonly [K in 'percent' | 'signed' | 'count' | 'parameters' | 'bytes' | 'pValue' | 'significant' | 'share' | 'levelValue']: (value: number, digits?: number) => string;
} & {
  interval(bounds: readonly [number, number], digits?: number): string;
  signedInterval(bounds: readonly [number, number], digits?: number): string;
  duration(seconds: number): string;
};

export function useFormat(): Bound {
  const { locale, t } = useI18n();
  const bind = (format: (locale: string, value: number, digits?: number) => string) => (value: number, digits?: number): string => format(locale.value, value, digits);
  return {
    percent: bind(numbers.percent),
    signed: bind(numbers.signed),
    count: bind(numbers.count),
    parameters: bind(numbers.parameters),
    bytes: bind(numbers.bytes),
    pValue: bind(numbers.pValue),
    significant: bind(numbers.significant),
    share: bind(numbers.share),
    levelValue: bind(numbers.levelValue),
    interval: (bounds, digits) => numbers.interval(locale.value, bounds, digits),
    signedInterval: (bounds, digits) => numbers.signedInterval(locale.value, bounds, digits),
    duration: (seconds) => {
      const { hours, minutes, seconds: rest } = numbers.splitDuration(seconds);
      if (hours > 0) return t('units.hoursMinutes', { hours, minutes });
      if (minutes > 0) return t('units.minutesSeconds', { minutes, seconds: rest });
      return t('units.seconds', { seconds: rest });
    },
  };
}
