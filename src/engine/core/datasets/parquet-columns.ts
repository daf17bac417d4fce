/** Which columns of a parquet file hold pictures, labels and names: Hugging Face's `image` struct and `label`, and what others call them. */
import { fail } from '../../../shared/failure';

export interface NamedColumn {
  readonly name: string;
  /** DuckDB's type, such as `BIGINT` or `STRUCT(bytes BLOB, path VARCHAR)`. */
  readonly type: string;
}

/** A column, or a struct's column and its field. */
export type ColumnPath = readonly [name: string] | readonly [name: string, field: string];

export interface PictureColumns {
  readonly bytes: ColumnPath;
  /** File names; null where there are none. */
  readonly path: ColumnPath | null;
  readonly label: { readonly column: ColumnPath; readonly kind: 'number' | 'text' };
}

const pictureNames = ['image', 'img', 'images', 'picture', 'jpg', 'jpeg', 'png', 'bytes', 'image_bytes', 'img_bytes', 'image.bytes', 'img.bytes', 'image_data', 'data', 'content'];
const pathNames = ['path', 'image.path', 'image_path', 'img_path', 'file_name', 'filename', 'file', 'name', 'image_id', '__key__', 'id'];
const labelNames = ['label', 'labels', 'fine_label', 'cls', 'class', 'class_id', 'class_index', 'target', 'targets', 'y', 'label_id', 'synset', 'wnid', 'class_name'];

const isNumber = (type: string): boolean => /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$|^(DOUBLE|FLOAT|DECIMAL)/i.test(type);
const isText = (type: string): boolean => /^(VARCHAR|ENUM)/i.test(type);

/** Fields of `STRUCT(bytes BLOB, "path" VARCHAR)`, flat ones only; null for other types. */
export function structFields(type: string): NamedColumn[] | null {
  const inside = /^STRUCT\((.*)\)$/is.exec(type)?.[1];
  if (inside === undefined) return null;
  const fields: NamedColumn[] = [];
  let depth = 0;
  let quote = false;
  let start = 0;
  for (let i = 0; i <= inside.length; i++) {
    const letter = inside[i];
    if (letter === '"') quote = !quote;
    else if (!quote && letter === '(') depth++;
    else if (!quote && letter === ')') depth--;
    if (i < inside.length && (quote || depth > 0 || letter !== ',')) continue;
    const [, quotedName, bareName, fieldType] = /^\s*(?:"((?:[^"]|"")*)"|(\S+))\s+(.*?)\s*$/s.exec(inside.slice(start, i)) ?? [];
    const name = quotedName?.replaceAll('""', '"') ?? bareName;
    if (name !== undefined && fieldType !== undefined) fields.push({ name, type: fieldType });
    start = i + 1;
  }
  return fields;
}

function first<T>(columns: readonly NamedColumn[], names: readonly string[], take: (column: NamedColumn) => T | null): T | null {
  for (const wanted of names) {
    for (const column of columns.filter(({ name }) => name.toLowerCase() === wanted)) {
      const found = take(column);
      if (found !== null) return found;
    }
  }
  return null;
}

/**
 * The columns of a data set's file.
 * @throws EngineError 'dataset-layout' that lists the columns that there are: no picture, only paths to pictures, no label
 */
export function pictureColumns(columns: readonly NamedColumn[], file: string): PictureColumns {
  const place = columns.map(({ name, type }) => `${name} ${type}`).join(', ').slice(0, 300);
  const bytes = first(columns, pictureNames, pictureIn) ?? columns.map(pictureIn).find((found) => found !== null) ?? null;
  if (bytes === null) {
    const paths = columns.find(({ name, type }) => pictureNames.includes(name.toLowerCase()) && (isText(type) || structFields(type) !== null));
    throw fail('dataset-layout', paths === undefined ? 'The parquet file has no column of pictures' : `The parquet file names its pictures (column ${paths.name}) but does not hold them`, {
      file, place: `columns ${place}`, expected: 'the pictures\' bytes in a column: image with fields bytes and path, as Hugging Face writes it, or a column of bytes',
      next: 'Download the files with the pictures embedded, or choose the folder that holds the pictures',
    });
  }
  const [outer, field] = bytes;
  const beside = field === undefined ? null : (structFields(columns.find(({ name }) => name === outer)?.type ?? '') ?? []).find(({ name, type }) => name.toLowerCase() === 'path' && isText(type));
  const path: ColumnPath | null = beside !== null && beside !== undefined ? [outer, beside.name] : first(columns, pathNames, ({ name, type }) => (isText(type) ? [name] : null));
  const label = first<PictureColumns['label']>(columns, labelNames, ({ name, type }) => (isNumber(type) ? { column: [name], kind: 'number' } : isText(type) ? { column: [name], kind: 'text' } : null));
  if (label === null) {
    throw fail('dataset-layout', 'The parquet file has no column of labels', {
      file, place: `columns ${place}`, expected: 'a column of whole numbers or WordNet ids called label', next: 'Rename the column to label, or choose another data set',
    });
  }
  return { bytes, path, label };
}

function pictureIn({ name, type }: NamedColumn): ColumnPath | null {
  if (/^BLOB$/i.test(type)) return [name];
  const inside = structFields(type)?.find((field) => field.name.toLowerCase() === 'bytes' && /^BLOB$/i.test(field.type));
  return inside === undefined ? null : [name, inside.name];
}

/** Names of the classes in Hugging Face's description of the columns, by label; null where it says none. */
export function huggingfaceClasses(json: string | null, labelColumn: string): string[] | null {
  if (json === null) return null;
  try {
    const described: unknown = JSON.parse(json);
    const feature = inside(inside(inside(described, 'info'), 'features'), labelColumn);
    const names = inside(feature, 'names') ?? inside(inside(feature, 'class_label'), 'names');
    return Array.isArray(names) && names.length > 0 && names.every((name): name is string => typeof name === 'string') ? names : null;
  } catch {
    // Not JSON: then it says nothing about classes, and the labels speak for themselves.
    return null;
  }
}

function inside(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
