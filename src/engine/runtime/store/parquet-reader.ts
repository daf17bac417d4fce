/**
 * Parquet files of strangers, read by a DuckDB of their own: in memory, apart from any workspace, and closed to everything but the files named.
 * Pictures are read one at a time; of a file's other columns only what is asked for.
 */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { fail } from '../../../shared/failure';
import { collectGarbage } from '../ort/garbage';
import { bytesOrNull, number, text, textOrNull, type Row } from './row';

/** A column as SQL names it; two parts for a field of a struct. */
export type ParquetColumn = readonly [name: string] | readonly [name: string, field: string];

export interface ParquetFacts {
  /** Name and DuckDB's type, such as `STRUCT(bytes BLOB, path VARCHAR)`. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: number;
  /** Most rows in one row group: what has to be unpacked to reach one picture. */
  readonly groupRows: number;
  /** Of the largest row group, unpacked. */
  readonly groupBytes: number;
  /** Hugging Face's description of the columns (JSON), null where there is none. */
  readonly huggingface: string | null;
  /** Of each leaf column (`image, bytes`): rows whose value is missing, as far as the file says. */
  readonly missing: ReadonlyMap<string, number>;
}

/** Rows of a file in pieces: one array per column asked for. */
export type ParquetValues = readonly (readonly (string | number | null)[])[];

interface Group {
  readonly first: number;
  readonly rows: number;
  readonly bytes: number;
}

/** A row group is unpacked as a whole when its pictures are wanted one after another and it is no larger than this. */
const largestGroup = 64 * 1024 * 1024;
/** DuckDB unpacks 2,048 rows at once, wherever the group ends; of ordinary pictures these are 225 MB. Nothing is spilled: it would land in the folder that the person stands in. */
const options = { threads: '1', memory_limit: '1GB', temp_directory: '', autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' };

export class ParquetReader {
  private groups = new Map<string, readonly Group[]>();
  /** The last row group that was unpacked as a whole. */
  private kept: { readonly key: string; readonly first: number; readonly pictures: readonly (Uint8Array | null)[] } | null = null;
  private lastGroup = '';

  private constructor(private readonly instance: DuckDBInstance, private readonly connection: DuckDBConnection) {}

  /** Nothing but `files` can be read, by whatever statement. */
  static async open(files: readonly string[]): Promise<ParquetReader> {
    const instance = await DuckDBInstance.create(':memory:', options);
    const connection = await instance.connect();
    await connection.run(`SET allowed_paths = [${files.map(quoted).join(', ')}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    return new ParquetReader(instance, connection);
  }

  /** What the footer says. Throws EngineError 'dataset-unreadable' for what is no parquet file, or not a whole one. */
  async facts(file: string): Promise<ParquetFacts> {
    const from = quoted(file);
    const columns = (await this.rows(file, `DESCRIBE SELECT * FROM read_parquet(${from})`)).map((row) => ({ name: text(row, 0), type: text(row, 1) }));
    const groups = await this.groupsOf(file);
    const [entry] = await this.rows(file, `SELECT decode(value) FROM parquet_kv_metadata(${from}) WHERE decode(key) = 'huggingface' LIMIT 1`);
    const missing = await this.rows(file, `SELECT path_in_schema, sum(stats_null_count) FROM parquet_metadata(${from}) GROUP BY path_in_schema`);
    return {
      columns,
      rows: groups.reduce((sum, group) => sum + group.rows, 0),
      groupRows: Math.max(0, ...groups.map(({ rows }) => rows)),
      groupBytes: Math.max(0, ...groups.map(({ bytes }) => bytes)),
      huggingface: entry === undefined ? null : textOrNull(entry, 0),
      missing: new Map(missing.map((row) => [text(row, 0), row[1] === null ? 0 : Number(row[1])])),
    };
  }

  /** Values of columns (numbers up to 2^53, text), piece by piece in the order of the rows. */
  async *values(file: string, columns: readonly ParquetColumn[]): AsyncGenerator<ParquetValues> {
    const result = await this.told(file, () => this.connection.stream(`SELECT ${columns.map(expression).join(', ')} FROM read_parquet(${quoted(file)})`));
    for (;;) {
      const chunk = await this.told(file, () => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      yield columns.map((_, column) => chunk.getColumnValues(column).map(plain));
    }
  }

  /** The bytes in a row, null where there are none. Throws EngineError 'dataset-unreadable'. */
  async picture(file: string, column: ParquetColumn, row: number): Promise<Uint8Array | null> {
    const group = (await this.groupsOf(file)).find(({ first, rows }) => row >= first && row < first + rows);
    if (group === undefined) throw fail('dataset-unreadable', 'The parquet file has become shorter since it was listed', { file, place: `row ${row}`, next: 'Open the data set again' });
    const key = `${file}\0${column.join('\0')}\0${group.first}`;
    // Neighbours are worth unpacking once a second picture of the group is asked for.
    if (this.kept?.key !== key && this.lastGroup === key && group.bytes <= largestGroup) {
      this.kept = null;
      // The pictures of the group before hang on a heap too small for V8 to hurry: without this, memory grows by a hundred megabytes.
      collectGarbage();
      this.kept = { key, first: group.first, pictures: await this.pictures(file, column, group.first, group.rows) };
    }
    this.lastGroup = key;
    if (this.kept?.key === key) return this.kept.pictures[row - this.kept.first] ?? null;
    return (await this.pictures(file, column, row, 1))[0] ?? null;
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }

  private async pictures(file: string, column: ParquetColumn, first: number, count: number): Promise<(Uint8Array | null)[]> {
    const found = await this.rows(file, `SELECT ${expression(column)} FROM read_parquet(${quoted(file)}, file_row_number = true) WHERE file_row_number >= ${first} AND file_row_number < ${first + count} ORDER BY file_row_number`);
    return found.map((row) => bytesOrNull(row, 0));
  }

  private async groupsOf(file: string): Promise<readonly Group[]> {
    const known = this.groups.get(file);
    if (known !== undefined) return known;
    const rows = await this.rows(file, `SELECT row_group_num_rows, sum(total_uncompressed_size) FROM parquet_metadata(${quoted(file)}) GROUP BY row_group_id, row_group_num_rows ORDER BY row_group_id`);
    let first = 0;
    const groups = rows.map((row) => {
      const group = { first, rows: number(row, 0), bytes: Number(row[1]) };
      first += group.rows;
      return group;
    });
    this.groups.set(file, groups);
    return groups;
  }

  private rows(file: string, sql: string): Promise<readonly Row[]> {
    return this.told(file, async () => (await this.connection.runAndReadAll(sql)).getRows());
  }

  private async told<T>(file: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw unreadable(file, error);
    }
  }
}

/** What DuckDB says of a file, as a failure. */
function unreadable(file: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const place = error.message.split('\n', 1)[0] ?? '';
  if (/No magic bytes|too small to be a Parquet|not a valid parquet|Invalid Input Error|Footer|TProtocol|thrift|Snappy|decompress|Not enough|buffer/i.test(place)) {
    return fail('dataset-unreadable', 'The parquet file is damaged or cut off', { file, place, expected: 'a complete parquet file', next: 'Download the file again and compare its size or checksum' });
  }
  if (/^(IO|Permission) Error/.test(place)) return fail('dataset-unreadable', 'The parquet file cannot be read', { file, place, expected: 'a parquet file that this user may read', next: 'Check the path and the permissions' });
  if (/^Out of Memory/.test(place)) return fail('memory', 'The row groups of the parquet file are too large to be read', { file, place, expected: 'row groups of some hundred pictures', next: 'Write the file again with smaller row groups (Hugging Face has 100 rows in each)' });
  return error;
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function expression([name, field]: ParquetColumn): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  return field === undefined ? column : `struct_extract(${column}, ${quoted(field)})`;
}

function plain(value: unknown): string | number | null {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  throw new TypeError(`a column of ${typeof value} where numbers or text were expected`);
}
