/** Tables of a workspace that leave the program for other ones. */
import * as v from 'valibot';

export const exportedTables = ['runs', 'predictions', 'levels', 'parameters'] as const;
export const exportedTableSchema = v.picklist(exportedTables);
export type ExportedTable = (typeof exportedTables)[number];

/** Forms in which they are written. */
export const tableFormats = ['parquet', 'csv', 'json'] as const;
export const tableFormatSchema = v.picklist(tableFormats);
export type TableFormat = (typeof tableFormats)[number];
