/** Writes tar archives for tests: ustar headers, GNU long names where a name needs them. */

export interface TarEntry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly folder?: boolean;
}

const block = 512;

function header(name: string, size: number, flag: string): Uint8Array {
  const bytes = new Uint8Array(block);
  const put = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  put(0, name.slice(0, 100));
  put(100, '0000644\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(148, '        ');
  put(156, flag);
  put(257, 'ustar\0' + '00');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return bytes;
}

function padded(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(data.length / block) * block);
  bytes.set(data);
  return bytes;
}

export function tarBytes(entries: readonly TarEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { name, data, folder } of entries) {
    if (name.length > 100) {
      const long = new TextEncoder().encode(`${name}\0`);
      parts.push(header('././@LongLink', long.length, 'L'), padded(long));
    }
    parts.push(header(name, data.length, folder === true ? '5' : '0'), padded(data));
  }
  parts.push(new Uint8Array(2 * block));
  return new Uint8Array(Buffer.concat(parts));
}
