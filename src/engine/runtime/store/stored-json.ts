/** JSON columns: written with sorted keys (equal values are equal texts), read through the schema of their record. */
import { createHash } from 'node:crypto';

/** The part of a schema that reading needs (the Standard Schema interface, which valibot's schemas have). */
export interface RecordSchema<T> {
  readonly '~standard': {
    readonly validate: (value: unknown) => { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly { readonly message: string }[] } | Promise<unknown>;
  };
}

/** JSON with object keys in order, so that equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : item,
  );
}

/** SHA-256 of a text, hexadecimal. */
export function textHash(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The stored text as its record. Throws when it does not fit: the file was edited, or a migration was forgotten. */
export function parseStored<T>(schema: RecordSchema<T>, stored: string, what: string): T {
  const result = schema['~standard'].validate(JSON.parse(stored));
  if ('value' in result && !('issues' in result && result.issues !== undefined)) return result.value;
  const issue = 'issues' in result ? result.issues?.[0]?.message : 'asynchronous schema';
  throw new Error(`stored ${what} does not fit its record: ${issue}`);
}
