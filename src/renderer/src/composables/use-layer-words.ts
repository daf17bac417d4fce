/** Figures and names of the layers page in the language of the window. */
import { useI18n } from 'vue-i18n';
import { assertNever } from '../../../shared/assert-never';
import { overrideChoice, type OverrideValue } from '../../../shared/overrides';
import { en } from '../locales/en';
import type { ErrorFigure, Metric } from '../layers/metric';
import { useFormat } from './use-format';

type Role = keyof typeof en.layers.roles;

export interface LayerWords {
  role(role: string): string;
  /** A value of the metric, with its unit where it has one. */
  value(metric: Metric, value: number | null): string;
  figure(figure: ErrorFigure | 'kl', value: number | null): string;
  /** "rel. L2, local" */
  metric(metric: Metric): string;
  unit(figure: ErrorFigure | 'kl'): string;
  override(value: OverrideValue): string;
}

export function useLayerWords(): LayerWords {
  const { t } = useI18n();
  const format = useFormat();
  const isRole = (role: string): role is Role => role in en.layers.roles;

  function figure(name: ErrorFigure | 'kl', value: number | null): string {
    if (value === null) return '–';
    switch (name) {
      case 'relativeL2':
      case 'kl': return format.significant(value, 3);
      case 'sqnr': return value === Infinity ? '∞' : format.percent(value, 1);
      case 'cosine': return format.percent(value, 4);
      default: return assertNever(name, 'figure');
    }
  }

  return {
    figure,
    role: (role) => (isRole(role) ? t(`layers.roles.${role}`) : role),
    metric: (metric) => t('layers.metricName', { figure: t(`layers.figures.${metric.kind === 'kl' ? 'kl' : metric.figure}`), scope: t(`layers.scopes.${metric.scope}`) }),
    value: (metric, value) => {
      const text = figure(metric.kind === 'kl' ? 'kl' : metric.figure, value);
      const unit = metric.kind === 'kl' ? t('layers.units.kl') : metric.figure === 'sqnr' ? 'dB' : '';
      return value === null || unit === '' ? text : `${text} ${unit}`;
    },
    unit: (name) => t(`layers.units.${name}`),
    override: (value) => {
      const choice = overrideChoice(value);
      switch (choice.kind) {
        case 'fp32': return t('layers.draft.fp32');
        case 'bits': return t('layers.draft.bits', { bits: choice.bits });
        case 'scheme': return choice.scheme;
        default: return assertNever(choice, 'choice');
      }
    },
  };
}
