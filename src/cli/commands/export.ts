/** `bitlog2 export`: a table of a workspace for other programs. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { exportedTables, tableFormats, type ExportedTable, type TableFormat } from '../../shared/tables';
import { workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { withWorkspace } from '../with-engine';

export interface ExportOptions {
  readonly workspace?: string;
  readonly what: ExportedTable;
  readonly format: TableFormat;
  readonly out: string;
}

export function exportCommand(program: Command, run: (options: ExportOptions) => Promise<void>): void {
  program
    .command('export')
    .description('write a table of a workspace: runs, predictions of every image, level counts, or calibrated parameters')
    .addOption(workspaceOption())
    .addOption(new Option('--what <table>', 'which table').choices(exportedTables).makeOptionMandatory())
    .addOption(new Option('--format <format>', 'form of the file').choices(tableFormats).default('parquet'))
    .requiredOption('--out <file>', 'where to write it; a file that is there is replaced')
    .action((options: ExportOptions) => run(options));
}

export function runExport(environment: CliEnvironment, options: ExportOptions): Promise<number> {
  return withWorkspace(environment, { ...options, workers: 1 }, async ({ engine }) => {
    const { file, rows } = await engine.call('workspace.export', { table: options.what, format: options.format, file: environment.resolvePath(options.out) });
    environment.stdout.write(`${file}\n`);
    environment.stderr.write(`${rows} ${rows === 1 ? 'row' : 'rows'}\n`);
    return exitCode.ok;
  });
}
