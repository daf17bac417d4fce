/** `bitlog2 data`: how a data set is read, and pictures under the names that this gives them. Changes nothing. */
import type { Command } from 'commander';
import type { DatasetPreview } from '../../shared/dataset-preview';
import { parsePositive } from '../arguments';
import { exitCode, type CliEnvironment } from '../environment';
import { interruptible } from '../interrupt';
import { labelOrderOption, labelsPart, type LabelOptions } from '../label-options';
import { ProgressLine } from '../progress-line';
import { textTable } from '../text-table';

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
    .option('--json', 'print one JSON document', false)
    .action((options: DataOptions) => run(options));
}

export async function runData(environment: CliEnvironment, options: DataOptions): Promise<number> {
  const progress = new ProgressLine(environment);
  const engine = environment.openEngine({ workers: 1 });
  try {
    const preview = await interruptible(environment, (text) => progress.line(text), (signal) => engine.call('dataset.preview', {
      root: environment.resolvePath(options.dataset), pictures: Math.min(48, options.samples), ...labelsPart(environment, options),
    }, { signal, onEvent: ({ files }) => progress.line(`listing: ${files} pictures`) }));
    progress.clear();
    environment.stdout.write(options.json ? `${JSON.stringify(forJson(preview))}\n` : dataText(preview));
    return preview.samples.some(({ picture }) => picture === null) ? exitCode.skipped : exitCode.ok;
  } finally {
    progress.clear();
    await engine.close();
  }
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
