/** Sockets and open files of running processes, from Linux's own tables. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Socket {
  readonly pid: number;
  readonly protocol: 'tcp' | 'tcp6' | 'udp' | 'udp6';
  /** `127.0.0.1:8080`; IPv6 as 32 hexadecimal digits. */
  readonly local: string;
  readonly remote: string;
  readonly listening: boolean;
}

const listen = '0A';

function address(text: string): string {
  const [host = '', port = ''] = text.split(':');
  const readable = host.length === 8 ? (host.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)).join('.') : host;
  return `${readable}:${Number.parseInt(port, 16)}`;
}

/** What is gone by the time it is read has no sockets. */
function reading<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function socketsByInode(): Map<string, Omit<Socket, 'pid'>> {
  const found = new Map<string, Omit<Socket, 'pid'>>();
  for (const protocol of ['tcp', 'tcp6', 'udp', 'udp6'] as const) {
    const lines = reading(() => readFileSync(`/proc/net/${protocol}`, 'utf8'), '').split('\n').slice(1);
    for (const line of lines) {
      const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
      if (local === undefined || remote === undefined || inode === undefined) continue;
      // A bound datagram socket has no state of its own that says it listens: a remote of zeros does.
      found.set(inode, { protocol, local: address(local), remote: address(remote), listening: protocol.startsWith('tcp') ? state === listen : address(remote).endsWith(':0') });
    }
  }
  return found;
}

/** A process and all that it started, directly or not. */
export function processTree(pid: number): number[] {
  const children = reading(() => readdirSync(`/proc/${pid}/task`), []).flatMap((task) => reading(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'), '').trim().split(' ').filter(Boolean).map(Number));
  return [pid, ...children.flatMap(processTree)];
}

/** Paths of the files that these processes have open. */
export function openFilesOf(pids: readonly number[]): string[] {
  return pids.flatMap((pid) => reading(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) => reading(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '')).filter((path) => path.startsWith('/')));
}

/** Every internet socket of these processes. */
export function socketsOf(pids: readonly number[]): Socket[] {
  const all = socketsByInode();
  return pids.flatMap((pid) =>
    reading(() => readdirSync(`/proc/${pid}/fd`), []).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(reading(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''))?.[1];
      const socket = inode === undefined ? undefined : all.get(inode);
      return socket === undefined ? [] : [{ pid, ...socket }];
    }),
  );
}
