/** Tables of the workspace as files for other programs, each by one statement: rows go from DuckDB to the file without passing through here. */
import { assertNever } from '../../../shared/assert-never';
import { EngineError, fail } from '../../../shared/failure';
import type { ExportedTable, TableFormat } from '../../../shared/tables';
import type { Connection } from './connection';
import { number } from './row';
import type { Store } from './store-types';

/** What tells runs apart stands in every table, so that each is understood alone. Accuracies in percent. */
const named = `SELECT r.id AS run, r.number, m.name AS model, m.file AS model_file, r.model_hash, d.name AS dataset, d.root AS dataset_root, r.dataset_hash, r.list_id, r.total,
  r.settings ->> 'scheme' AS scheme, r.settings ->> 'arithmetic' AS arithmetic, CAST(r.settings ->> 'wBits' AS INTEGER) AS w_bits, CAST(r.settings ->> 'aBits' AS INTEGER) AS a_bits,
  CAST(r.settings ->> 'seed' AS INTEGER) AS seed, CAST(r.settings ->> 'calibrationImages' AS INTEGER) AS calibration_images, CAST(r.settings ->> 'batch' AS INTEGER) AS batch,
  r.settings -> 'overrides' AS overrides, r.settings, r.state, r.exact, r.seconds_calibration, r.seconds_evaluation, r.environment, r.created
  FROM runs r JOIN models m ON m.id = r.model_id JOIN datasets d ON d.id = r.dataset_id`;
const short = 'named.run, named.model, named.dataset, named.scheme, named.arithmetic, named.w_bits, named.a_bits, named.seed';

/** The one SELECT behind each table. */
export function tableQuery(table: ExportedTable): string {
  switch (table) {
    case 'runs':
      return `WITH named AS (${named}),
        sums AS (SELECT run_id, count(*) AS images, 100.0 * count(*) FILTER (label = top1) / count(*) AS top1,
          100.0 * count(*) FILTER (label IN (top1, top2, top3, top4, top5)) / count(*) AS top5, avg(loss) AS loss FROM predictions GROUP BY run_id),
        gone AS (SELECT run_id, count(*) AS skipped FROM skipped GROUP BY run_id)
        SELECT named.* EXCLUDE (number, list_id), coalesce(sums.images, 0) AS images, coalesce(gone.skipped, 0) AS skipped, sums.top1, sums.top5, sums.loss
        FROM named LEFT JOIN sums ON sums.run_id = named.run LEFT JOIN gone ON gone.run_id = named.run ORDER BY named.number`;
    case 'predictions':
      return `WITH named AS (${named})
        SELECT ${short}, p."index", l.file, p.label, p.top1, p.top2, p.top3, p.top4, p.top5, p.label = p.top1 AS correct, p.margin, p.loss, p.map_digest
        FROM named JOIN predictions p ON p.run_id = named.run JOIN image_lists l ON l.list_id = named.list_id AND l."index" = p."index" ORDER BY named.number, p."index"`;
    case 'levels':
      return `WITH named AS (${named})
        SELECT ${short}, c.block, c.head, c.code, c.count, c.count / sum(c.count) OVER (PARTITION BY c.run_id, c.block, c.head) AS share
        FROM named JOIN level_counts c ON c.run_id = named.run ORDER BY named.number, c.block, c.head, c.code`;
    case 'parameters':
      return `WITH named AS (${named}),
        sites AS (SELECT c.run_id, s.key AS site, s.value AS operands FROM calibrations c, json_each(c.parameters) s),
        operands AS (SELECT run_id, site, o.key AS operand, o.value AS parameters FROM sites, json_each(operands) o),
        channels AS (SELECT run_id, site, operand, CAST(parameters ->> 'bits' AS INTEGER) AS bits, parameters ->> 'scheme' AS operand_scheme,
          unnest(range(CAST(json_array_length(parameters -> 'delta') AS BIGINT))) AS channel,
          unnest(from_json(parameters -> 'delta', '["DOUBLE"]')) AS delta, unnest(from_json(parameters -> 'zero_point', '["DOUBLE"]')) AS zero_point FROM operands)
        SELECT ${short}, channels.* EXCLUDE (run_id) FROM named JOIN channels ON channels.run_id = named.run ORDER BY named.number, channels.site, channels.operand, channels.channel`;
    default: return assertNever(table, 'table');
  }
}

const forms: Readonly<Record<TableFormat, string>> = { parquet: 'FORMAT parquet', csv: 'FORMAT csv, HEADER', json: 'FORMAT json, ARRAY true' };

export function tableExport(reader: Connection): Pick<Store, 'exportTable'> {
  return {
    async exportTable(table, format, file) {
      // A path cannot be a parameter of COPY; a quote in it is doubled, as in any SQL text.
      const [row] = await reader.rows(`COPY (${tableQuery(table)}) TO '${file.replaceAll("'", "''")}' (${forms[format]})`).catch((error: unknown) => {
        throw writeError(error, file);
      });
      return row === undefined ? 0 : number(row, 0);
    },
  };
}

/** What keeps a file from being written, as a failure; everything else is passed on. */
function writeError(error: unknown, file: string): unknown {
  if (error instanceof EngineError || !(error instanceof Error) || !error.message.startsWith('IO Error')) return error;
  return fail('settings', 'The table cannot be written there', { file, place: error.message.split('\n', 1)[0] ?? '', expected: 'a folder that exists and can be written', next: 'Choose another place' });
}
