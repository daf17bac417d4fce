/** `bitlog2 data`: how a data set is read, and pictures under the names that this gives them. Changes nothing. */
import type { Command } from 'commander';
import type { DatasetPreview } from '../../shared/dataset-preview';
import { parsePositive } from '../arguments';
import { jsonOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { interruptible } from '../interrupt';
import { labelOrderOption, labelsPart, type LabelOptions } from '../label-options';
import { textTable } from '../text-table';
import { withEngine } from '../with-engine';

export interface DataOptions extends LabelOptions {
  readonly dataset: string;
  readonly samples: number;
  readonly json: boolean;
}

export function dataCommand(program: Command, run: (options: DataOptions) => Promise<void>): void {
  program
    .command('data')
    .description('say how a data set is read: layout, classes, where its labels are from and in which order; with names for some of its pictures')
    .requiredOption('--dataset <folder>', 'data set: class folders, flat pictures with a label file, the original archives, or parquet files')
    .option('--labels <file>', 'label file of flat pictures (default: the one beside them, else ImageNet\'s own numbers)')
    .addOption(labelOrderOption('labels'))
    .option('--samples <n>', 'pictures to name', parsePositive, 12)
    .addOption(jsonOption())
    .action((options: DataOptions) => run(options));
}

export function runData(environment: CliEnvironment, options: DataOptions): Promise<number> {
  return withEngine(environment, 1, async (session) => {
    const preview = await interruptible(session, (signal) => session.engine.call('dataset.preview', {
      root: environment.resolvePath(options.dataset), pictures: Math.min(48, options.samples), ...labelsPart(environment, options),
    }, { signal, onEvent: ({ files }) => session.progress.line(`listing: ${files} pictures`) }));
    environment.stdout.write(options.json ? `${JSON.stringify(forJson(preview))}\n` : dataText(preview));
    return preview.samples.some(({ picture }) => picture === null) ? exitCode.skipped : exitCode.ok;
  });
}

/** Pixels stay where they are. */
function forJson({ record, samples }: DatasetPreview): unknown {
  return { dataset: record, samples: samples.map(({ picture, ...sample }) => ({ ...sample, readable: picture !== null })) };
}

function dataText({ record, samples }: DatasetPreview): string {
  const rows = samples.map(({ file, label, name, folder, picture }) => [file, String(label), folder === name ? '' : folder, name, picture === null ? 'cannot be read' : '']);
  return [
    `${record.name}  ${record.root}`,
    `layout ${record.layout}, labels ${record.labelSet}`,
    ...(record.seen === undefined ? [] : [record.seen]),
    ...record.notes,
    '',
    ...(rows.length === 0 ? [] : [textTable([['picture', 'label', 'class', 'name', ''], ...rows], [0, 2, 3, 4])]),
  ].join('\n');
}
