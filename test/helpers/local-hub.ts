/** A hub of this machine's own over https: it names a file's sum and points to its storage, as the real one does, and can misbehave in every way. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { selfSignedCertificate } from './self-signed-certificate';

export interface HubBehaviour {
  /** Ends the connection after so many bytes of the body, this many times. */
  cutAfter: number | null;
  cuts: number;
  /** Answers ranges with the whole. */
  noRanges: boolean;
  /** Said instead of the content's own sum; null: says none. */
  sum: string | null | undefined;
  /** Where the hub points to instead of its storage. */
  location: string | undefined;
  /** Said instead of the body's length. */
  length: number | null | undefined;
  status: number | undefined;
  etag: string;
  /** Called when the first bytes of a body have gone out; the rest waits for ever. */
  stall: (() => void) | null;
}

export interface LocalHub {
  readonly ca: string;
  /** Two names of one machine: the hub's, and its storage's. */
  readonly url: string;
  readonly hosts: readonly string[];
  readonly behaviour: HubBehaviour;
  /** What was asked of the storage: the headers of each request. */
  readonly asked: IncomingMessage['headers'][];
  content: Uint8Array;
  close(): Promise<void>;
}

export async function localHub(content: Uint8Array): Promise<LocalHub> {
  const { key, cert } = selfSignedCertificate();
  const behaviour: HubBehaviour = { cutAfter: null, cuts: 0, noRanges: false, sum: undefined, location: undefined, length: undefined, status: undefined, etag: '"one"', stall: null };
  const asked: IncomingMessage['headers'][] = [];
  const hub = { content };
  let port = 0;
  const server = createServer({ key, cert }, (request, response) => {
    if (request.url?.startsWith('/storage') === true) return sendBytes(request, response);
    const { sum = createHash('sha256').update(hub.content).digest('hex') } = behaviour;
    response.writeHead(302, { location: behaviour.location ?? `https://localhost:${port}/storage?signature=secret`, ...(sum === null ? {} : { 'x-linked-etag': `"${sum}"` }) }).end();
  });

  function sendBytes({ headers }: IncomingMessage, response: ServerResponse): void {
    asked.push(headers);
    const { content: bytes } = hub;
    const wanted = /^bytes=(\d+)-$/.exec(headers.range ?? '');
    const same = headers['if-range'] === undefined || headers['if-range'] === behaviour.etag;
    const from = wanted !== null && !behaviour.noRanges && same ? Number(wanted[1]) : 0;
    const partial = from > 0;
    const length = behaviour.length === undefined ? bytes.length - from : behaviour.length;
    response.writeHead(behaviour.status ?? (partial ? 206 : 200), {
      etag: behaviour.etag, ...(length === null ? {} : { 'content-length': length }), ...(partial ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    const body = bytes.subarray(from);
    if (behaviour.stall !== null) {
      const told = behaviour.stall;
      response.write(body.subarray(0, Math.floor(body.length / 2)), told);
      return;
    }
    if (behaviour.cutAfter === null || behaviour.cuts <= 0) {
      response.end(body);
      return;
    }
    behaviour.cuts -= 1;
    // Destroyed once the bytes are on their way: they arrive, their end does not.
    response.write(body.subarray(0, behaviour.cutAfter), () => response.socket?.end());
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  ({ port } = address);
  return Object.assign(hub, {
    ca: cert, url: `https://127.0.0.1:${port}`, hosts: [`127.0.0.1:${port}`, `localhost:${port}`], behaviour, asked,
    close: () => new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  });
}
