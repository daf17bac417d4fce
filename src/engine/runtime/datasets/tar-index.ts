/** What lies where in a tar archive, read from its headers alone: an archive of 138 GB is never read through. */
import { open, type FileHandle } from 'node:fs/promises';
import { fail } from '../../../shared/failure';
import { paddedSize, paxPath, readTarHeader, tarBlock, unsafeName, type TarHeader } from '../../core/datasets/tar-header';

export interface TarMember {
  readonly name: string;
  /** Of the contents, in the outermost archive. */
  readonly offset: number;
  readonly size: number;
}

export interface TarWalk {
  readonly checkStop: () => void;
  /** Called now and then with the members found so far. */
  readonly onMembers: (count: number) => void;
}

const longestName = 64 * 1024;
const between = 2000;

/**
 * The files of an archive in the order they lie in. Archives inside it (ImageNet's train archive is one of a thousand) are entered; their members are
 * called `inner.tar/name`.
 * @throws EngineError 'dataset-unreadable' for damaged archives and for names that lead out of it
 */
export async function indexTar(file: string, walk: TarWalk): Promise<readonly TarMember[]> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw fail('dataset-unreadable', 'The archive cannot be read', { file, place: error instanceof Error ? error.message : String(error), expected: 'a tar archive that this user may read', next: 'Check the path and the permissions' });
  });
  try {
    const members: TarMember[] = [];
    await walkMembers(handle, file, { from: 0, end: (await handle.stat()).size, prefix: '' }, walk, members);
    refuseTwins(file, members);
    return members;
  } finally {
    await handle.close();
  }
}

async function walkMembers(handle: FileHandle, file: string, part: { readonly from: number; readonly end: number; readonly prefix: string }, walk: TarWalk, members: TarMember[]): Promise<void> {
  const block = Buffer.alloc(tarBlock);
  let longName: string | null = null;
  for (let at = part.from; at + tarBlock <= part.end;) {
    await handle.read(block, 0, tarBlock, at);
    const header: TarHeader = readTarHeader(block);
    if (header.kind === 'end') return;
    if (header.kind === 'damaged') throw damaged(file, part.prefix, at, header.what);
    const contents = at + tarBlock;
    if (contents + header.size > part.end) throw damaged(file, part.prefix, at, `${header.name} has ${header.size} bytes, the archive ends after ${part.end - contents}`);
    at = contents + paddedSize(header.size);
    if (header.kind === 'long-name' || header.kind === 'pax') {
      longName = nameIn(header.kind, await readText(handle, contents, Math.min(header.size, longestName))) ?? longName;
      continue;
    }
    const name: string = longName ?? header.name;
    longName = null;
    if (header.kind !== 'file') continue;
    const unsafe = unsafeName(name);
    if (unsafe !== null) throw fail('dataset-unreadable', `The archive holds a member with a name that is not used: ${unsafe}`, { file, place: name, expected: 'names inside the archive', next: 'Take the archive from its original source' });
    if (name.endsWith('.tar')) await walkMembers(handle, file, { from: contents, end: contents + header.size, prefix: `${part.prefix}${name}/` }, walk, members);
    else members.push({ name: `${part.prefix}${name.replace(/^(\.\/)+/, '')}`, offset: contents, size: header.size });
    if (members.length % between === 0) {
      walk.checkStop();
      walk.onMembers(members.length);
    }
  }
  // Cut off between two members or within a header, it looks like a shorter archive but for this.
  throw damaged(file, part.prefix, part.end, 'it ends without an end mark');
}

/** A name that occurs twice stands for two pictures, and nobody can say for which. */
function refuseTwins(file: string, members: readonly TarMember[]): void {
  const seen = new Map<string, number>();
  for (const { name, offset } of members) {
    const first = seen.get(name);
    if (first !== undefined) throw fail('dataset-unreadable', 'The archive holds two files of one name', { file, place: `${name}, at bytes ${first} and ${offset}`, expected: 'each name once', next: 'Take the archive from its original source, or unpack it' });
    seen.set(name, offset);
  }
}

function nameIn(kind: 'long-name' | 'pax', contents: string): string | null {
  return kind === 'pax' ? paxPath(contents) : contents.replace(/\0.*$/s, '');
}

async function readText(handle: FileHandle, offset: number, length: number): Promise<string> {
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, offset);
  return bytes.toString('utf8');
}

function damaged(file: string, inside: string, at: number, what: string): Error {
  return fail('dataset-unreadable', `The archive is damaged or cut off: ${what}`, { file, place: `${inside === '' ? '' : `in ${inside}, `}byte ${at}`, expected: 'a complete tar archive', next: 'Download the archive again and compare its size or checksum' });
}
