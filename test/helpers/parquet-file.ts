/** Writes parquet files for tests, through DuckDB. Not for the program: it reads parquet and never writes pictures. */
import { DuckDBInstance } from '@duckdb/node-api';

export interface ParquetRow {
  readonly bytes: Uint8Array | null;
  readonly path?: string | null;
  readonly label: number | string | null;
}

export interface ParquetForm {
  /** SELECT over the table `rows(bytes, path, label)`; Hugging Face's form when left out. */
  readonly select?: string;
  /** Hugging Face's description of the columns, as JSON. */
  readonly huggingface?: string;
  readonly labelType?: 'BIGINT' | 'VARCHAR';
  readonly compression?: 'uncompressed' | 'snappy' | 'zstd' | 'gzip';
}

const huggingfaceForm = `SELECT {'bytes': bytes, 'path': path} AS image, label FROM rows`;

/** What Hugging Face writes of a column of class labels. */
export function classLabels(names: readonly string[]): string {
  return JSON.stringify({ info: { features: { image: { _type: 'Image' }, label: { names, _type: 'ClassLabel' } } } });
}

export async function writeParquet(file: string, rows: readonly ParquetRow[], { select = huggingfaceForm, huggingface, labelType = 'BIGINT', compression = 'snappy' }: ParquetForm = {}): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' });
  const connection = await instance.connect();
  try {
    await connection.run(`CREATE TABLE rows (number INTEGER, bytes BLOB, path VARCHAR, label ${labelType})`);
    const appender = await connection.createAppender('rows');
    rows.forEach(({ bytes, path = null, label }, number) => {
      appender.appendInteger(number);
      if (bytes === null) appender.appendNull();
      else appender.appendBlob(bytes);
      if (path === null) appender.appendNull();
      else appender.appendVarchar(path);
      if (label === null) appender.appendNull();
      else if (typeof label === 'string') appender.appendVarchar(label);
      else appender.appendBigInt(BigInt(label));
      appender.endRow();
    });
    appender.closeSync();
    const metadata = huggingface === undefined ? '' : `, KV_METADATA {huggingface: '${huggingface.replaceAll("'", "''")}'}`;
    await connection.run(`COPY (${select} ORDER BY number) TO '${file.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION ${compression}${metadata})`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
