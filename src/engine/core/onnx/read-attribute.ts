/** AttributeProto -> Attribute. */
import type { Reader } from 'protobufjs/minimal.js';
import type { Attribute, Tensor } from '../graph/types';
import { readTensor, type TensorSources } from './read-tensor';
import { readEnd, readFields, readInt64, readRepeated } from './wire';

type PlainKind = Exclude<Attribute['kind'], 'opaque'>;

/** AttributeProto.AttributeType. */
const attributeTypes: Readonly<Record<number, PlainKind>> = { 1: 'float', 2: 'int', 3: 'string', 4: 'tensor', 6: 'floats', 7: 'ints', 8: 'strings' };

/** Reads one AttributeProto: its name and value. What the engine does not use (sub-graphs, type protos) is kept as bytes. */
export function readAttribute(reader: Reader, sources: TensorSources): readonly [string, Attribute] {
  const end = readEnd(reader);
  const start = reader.pos;
  let name = '';
  let kind: PlainKind | undefined;
  let float = 0;
  let int = 0n;
  let string = '';
  let tensor: Tensor | null = null;
  let opaque = false;
  const floats: number[] = [];
  const ints: bigint[] = [];
  const strings: string[] = [];
  readFields(reader, end, (field) => {
    switch (field.id) {
      case 1: name = reader.string(); return true;
      case 2: float = reader.float(); kind ??= 'float'; return true;
      case 3: int = readInt64(reader); kind ??= 'int'; return true;
      case 4: string = reader.string(); kind ??= 'string'; return true;
      case 5: tensor = readTensor(reader, readEnd(reader), sources).tensor; kind ??= 'tensor'; return true;
      case 7: readRepeated(reader, field, () => floats.push(reader.float())); kind ??= 'floats'; return true;
      case 8: readRepeated(reader, field, () => ints.push(readInt64(reader))); kind ??= 'ints'; return true;
      case 9: strings.push(reader.string()); kind ??= 'strings'; return true;
      case 20: { const type = reader.int32(); kind = attributeTypes[type]; opaque = kind === undefined; return true; }
      default: return false;
    }
  });
  if (opaque || kind === undefined) return [name, { kind: 'opaque', value: reader.buf.subarray(start, end) }];
  return [name, attributeOf(kind, { float, int, string, tensor, floats, ints, strings })];
}

interface AttributeParts {
  readonly float: number;
  readonly int: bigint;
  readonly string: string;
  readonly tensor: Tensor | null;
  readonly floats: readonly number[];
  readonly ints: readonly bigint[];
  readonly strings: readonly string[];
}

function attributeOf(kind: PlainKind, parts: AttributeParts): Attribute {
  switch (kind) {
    case 'float': return { kind, value: parts.float };
    case 'int': return { kind, value: parts.int };
    case 'string': return { kind, value: parts.string };
    case 'floats': return { kind, value: parts.floats };
    case 'ints': return { kind, value: parts.ints };
    case 'strings': return { kind, value: parts.strings };
    case 'tensor':
      if (parts.tensor === null) throw new Error('a tensor attribute without a tensor');
      return { kind, value: parts.tensor };
  }
}
