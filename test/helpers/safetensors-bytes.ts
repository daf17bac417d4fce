/** Writes the safetensors format, also wrongly, for tests. */

export interface TensorToWrite {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array | BigInt64Array;
  /** Left out: by the array (F32, BF16 for Uint16Array, I64). */
  readonly dtype?: string;
}

export function dtypeOf({ data, dtype }: TensorToWrite): string {
  return dtype ?? (data instanceof Float32Array ? 'F32' : data instanceof Uint16Array ? 'BF16' : 'I64');
}

/** The file's bytes; `change` may falsify the header before it is written. */
export function safetensorsBytes(tensors: ReadonlyMap<string, TensorToWrite>, change: (header: Record<string, unknown>) => void = () => undefined): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let end = 0;
  for (const [name, tensor] of tensors) {
    header[name] = { dtype: dtypeOf(tensor), shape: tensor.shape, data_offsets: [end, end + tensor.data.byteLength] };
    end += tensor.data.byteLength;
  }
  change(header);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
