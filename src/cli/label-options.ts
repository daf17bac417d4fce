/** Labels of validation pictures that lie flat, as every command that takes a data set asks for them. */
import { Option } from 'commander';
import { labelOrders, type LabelChoice } from '../shared/settings';
import type { CliEnvironment } from './environment';

export interface LabelOptions {
  readonly labels?: string;
  readonly labelOrder: LabelChoice['order'];
}

/** `--label-order`; `of` says whose numbers, in the words of the command. */
export function labelOrderOption(of = 'such a file'): Option {
  return new Option('--label-order <order>', `how the numbers of ${of} count the classes`).choices(labelOrders).default('auto');
}

/** The choice as part of a question; nothing when nothing was asked for: as the files say. */
export function labelsPart(environment: Pick<CliEnvironment, 'resolvePath'>, { labels, labelOrder }: LabelOptions): { labels?: LabelChoice } {
  if (labels === undefined && labelOrder === 'auto') return {};
  return { labels: { file: labels === undefined ? null : environment.resolvePath(labels), order: labelOrder } };
}
