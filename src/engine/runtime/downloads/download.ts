/**
 * Fetches one file whole or not at all. It grows as FILE.part, goes on from there after a cut, and takes its name only when its sum is right and the
 * caller's own check has passed. What it must sum up to is known before the first byte: pinned, or said by the hub. Without that nothing is fetched.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { EngineError, fail } from '../../../shared/failure';
import type { GotModel, PartNotes } from '../../../shared/known-models';
import { httpsGet, stoppedDownload, type Answer } from './https-get';
import { PartFile } from './part-file';
import type { Variables } from './proxy';

export interface DownloadRequest {
  readonly url: string;
  readonly target: string;
  /** Null: the server's word is taken, and said to have been. */
  readonly sha256: string | null;
  /** A file that is said to be larger is another one. */
  readonly mostBytes: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  /** Looks at the whole file before it takes its name; throws to refuse it. */
  readonly accept: (file: string) => void;
}

export interface DownloadSurroundings {
  readonly hosts: readonly string[];
  readonly ca?: string | undefined;
  readonly variables: Variables;
  readonly agent: string;
  /** Bytes free where a file would lie; the file system's answer unless given. */
  readonly freeBytes?: (folder: string) => number;
}

/** Cuts in a row, each after some progress or none, before a person is asked. */
const mostCuts = 5;
/** How a connection's end looks that came too early, or after too long a silence. */
const cutCodes = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENETDOWN', 'ENETUNREACH', 'EHOSTUNREACH', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'HPE_INVALID_EOF_STATE']);
/** Room that is left to others. */
const spare = 64 * 1024 * 1024;

/** @throws EngineError 'download', 'disk-full', or 'stopped' when the signal aborts; what came stays as FILE.part unless its sum was wrong */
export async function download(request: DownloadRequest, around: DownloadSurroundings): Promise<GotModel> {
  const part = new PartFile(request.target);
  mkdirSync(dirname(request.target), { recursive: true });
  if (part.notes(request.url) === null) part.remove();
  const resumedFrom = part.bytes;
  for (let cuts = 0; ; cuts++) {
    const notes = await attempt(request, around, part);
    if (part.bytes === notes.total) return finish(request, part, notes, resumedFrom);
    if (cuts === mostCuts) {
      throw fail('download', `The download was cut off at ${part.bytes} of ${notes.total} bytes`, { file: part.path, next: 'Get it again: it goes on from there' });
    }
  }
}

/** One connection: takes what it gives. Returns also when it is cut off. */
async function attempt(request: DownloadRequest, around: DownloadSurroundings, part: PartFile): Promise<PartNotes> {
  const { url, signal } = request;
  const known = part.notes(url);
  const have = known === null ? 0 : part.bytes;
  if (known !== null && have === known.total) return known;
  const resume = known === null ? {} : { range: `bytes=${have}-`, ...(known.etag === null ? {} : { 'if-range': known.etag }) };
  const answer = await httpsGet(url, { hosts: around.hosts, ca: around.ca, variables: around.variables, signal, headers: { 'user-agent': around.agent, ...resume } });
  const goesOn = known !== null && continues(answer, have, known, sumOf(request, answer));
  if (!goesOn && answer.status !== 200) {
    answer.body.destroy();
    // A range that the server does not have: begin again, once, without one.
    if (known !== null && [206, 412, 416].includes(answer.status)) {
      part.remove();
      return attempt(request, around, part);
    }
    throw fail('download', `The server answers ${answer.status}`, { place: `${answer.host}: ${url}`, next: 'Try again later, or fetch the file with a browser and put it into the model folder' });
  }
  const notes = goesOn ? known : beginning(request, answer, part);
  if (!goesOn) part.remove();
  part.write(notes);
  checkRoom(request, around, notes.total - (goesOn ? have : 0));
  await take(answer, request, part, goesOn ? have : 0, notes.total);
  return notes;
}

/** True for the rest of the very file of which a part is there. */
function continues({ status, headers }: Answer, have: number, known: PartNotes, sum: string | null): boolean {
  return status === 206 && (sum === null || sum === known.sha256) && headers['content-range'] === `bytes ${have}-${known.total - 1}/${known.total}`;
}

/** The sum that the whole must have: the pinned one, else the hub's own word about the content (not that of the storage that it points to). */
function sumOf({ sha256 }: DownloadRequest, { first }: Answer): string | null {
  const said = String(first['x-linked-etag'] ?? '').replace(/^W\//, '').replaceAll('"', '');
  return sha256 ?? (/^[0-9a-f]{64}$/.test(said) ? said : null);
}

function beginning(request: DownloadRequest, answer: Answer, part: PartFile): PartNotes {
  const sha256 = sumOf(request, answer);
  const total = Number(answer.headers['content-length']);
  const wrong = (what: string, expected: string): Error => {
    answer.body.destroy();
    part.remove();
    return fail('download', what, { place: request.url, expected, next: 'Fetch the file with a browser and put it into the model folder' });
  };
  if (sha256 === null) throw wrong('The server gives no sum to check the file against', 'the SHA-256 of the content (X-Linked-Etag)');
  if (!Number.isSafeInteger(total) || total <= 0) throw wrong('The server does not say how large the file is', 'a Content-Length');
  if (total > request.mostBytes) throw wrong(`The server would send ${total} bytes`, `at most ${request.mostBytes}`);
  const etag = answer.headers.etag ?? null;
  return { url: request.url, sha256, total, etag: etag !== null && !etag.startsWith('W/') ? etag : null };
}

function checkRoom({ target }: DownloadRequest, { freeBytes = freeBytesOf }: DownloadSurroundings, needed: number): void {
  const free = freeBytes(dirname(target));
  if (free < needed + spare) throw fail('disk-full', 'There is not enough room for the file', { file: target, expected: `${Math.ceil((needed + spare) / 1e6)} MB free, ${Math.floor(free / 1e6)} MB are`, next: 'Free some space and get it again' });
}

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * Writes what comes until the connection ends, well or not. Each piece is written as it arrives, and nothing is waited for between the answer's head
 * and here: what an aborted connection still holds is lost, so that it must never hold anything.
 */
async function take({ body, host }: Answer, { signal, onProgress }: DownloadRequest, part: PartFile, from: number, total: number): Promise<void> {
  let done = from;
  let told = -1;
  const file = openSync(part.path, from === 0 ? 'w' : 'r+');
  onProgress(done, total);
  try {
    await new Promise<void>((resolve, reject) => {
      body.on('data', (chunk: Uint8Array) => {
        try {
          if (done + chunk.length > total) throw fail('download', 'The server sends more than it said', { place: host, next: 'Try again later' });
          for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at, chunk.length - at, done + at);
          done += chunk.length;
          // Two hundred times in all.
          const step = Math.floor((200 * done) / total);
          if (step > told) onProgress(done, total);
          told = step;
        } catch (error) {
          reject(error);
          body.destroy();
        }
      }).on('error', reject).on('close', resolve).on('end', resolve);
    });
    fsyncSync(file);
  } catch (error) {
    throwUnlessCut(error, signal, part.path);
  } finally {
    body.destroy();
    closeSync(file);
  }
}

function throwUnlessCut(error: unknown, signal: AbortSignal, file: string): void {
  if (signal.aborted) throw stoppedDownload();
  if (error instanceof EngineError) throw error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') throw fail('disk-full', 'There is no room left for the file', { file, next: 'Free some space and get it again: it goes on from there' });
  if (code === undefined || !cutCodes.has(String(code))) throw error;
  // The connection's end: the next attempt goes on from here.
}

async function finish({ sha256, accept, target }: DownloadRequest, part: PartFile, notes: PartNotes, resumedFrom: number): Promise<GotModel> {
  const actual = (await part.digest()).digest('hex');
  if (actual !== notes.sha256) {
    part.remove();
    throw fail('download', 'The file that came is not the right one: its SHA-256 is another', {
      file: target, place: actual, expected: `${notes.sha256} (${sha256 === null ? 'the server\'s own word' : 'pinned in this program'})`, next: 'It was thrown away. Get it again; if that happens twice, do not trust the connection',
    });
  }
  try {
    accept(part.path);
  } catch (error) {
    part.remove();
    throw error;
  }
  renameSync(part.path, target);
  part.removeNotes();
  return { file: target, bytes: notes.total, sha256: actual, checked: sha256 === null ? 'server' : 'pinned', resumedFrom };
}
