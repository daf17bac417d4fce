/**
 * The program's only way to the network: nothing else imports a module that can open a connection (a test sees to it).
 * One GET over https, to hosts on a list only, along redirects to hosts on the list only.
 */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { fail } from '../../../shared/failure';
import { allowedAddress } from './allowed-hosts';
import { proxyFor, type Variables } from './proxy';

export interface GetOptions {
  /** See `allowedAddress`. */
  readonly hosts: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Certificates of authorities beside those that Node brings (PEM); for tests and for companies' own. */
  readonly ca?: string | undefined;
  readonly variables: Variables;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Of the first host, before any redirect: what the hub itself says of the file. */
  readonly first: IncomingHttpHeaders;
  /** Who sends the bytes. */
  readonly host: string;
  readonly body: IncomingMessage;
}

const mostRedirects = 5;
/** Without a byte for so long a connection counts as cut off. */
const silenceMilliseconds = 60_000;

/** @throws EngineError 'download' for an address that is not allowed, a host that cannot be reached, or too many redirects; 'stopped' when the signal aborts */
export async function httpsGet(address: string, options: GetOptions): Promise<Answer> {
  let url = allowedAddress(address, null, options.hosts);
  let first: IncomingHttpHeaders | null = null;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const body = await oneRequest(url, options);
    first ??= body.headers;
    const status = body.statusCode ?? 0;
    if (![301, 302, 303, 307, 308].includes(status)) return { status, headers: body.headers, first, host: url.host, body };
    body.destroy();
    const { location } = body.headers;
    if (location === undefined) throw fail('download', 'The server points on to nowhere', { place: url.host, next: 'Try again later' });
    url = allowedAddress(location, url.href, options.hosts);
  }
  throw fail('download', `The server points on more than ${mostRedirects} times`, { place: url.host, next: 'Try again later' });
}

async function oneRequest(url: URL, options: GetOptions): Promise<IncomingMessage> {
  const proxy = proxyFor(url, options.variables);
  try {
    const socket = proxy === null ? null : await tunnel(proxy, url, options.signal);
    return await new Promise((resolve, reject) => {
      const request = httpsRequest(url, {
        method: 'GET', headers: { 'accept-encoding': 'identity', ...options.headers }, signal: options.signal,
        ...(options.ca === undefined ? {} : { ca: [...rootCertificates, options.ca] }),
        ...(socket === null ? {} : { agent: false, socket }),
      }, resolve);
      request.setTimeout(silenceMilliseconds, () => request.destroy(silence()));
      request.on('error', reject).end();
    });
  } catch (error) {
    if (options.signal.aborted) throw stoppedDownload();
    throw fail('download', 'The server cannot be reached', {
      place: `${url.host}${proxy === null ? '' : ` through ${proxy.host}`}: ${error instanceof Error ? error.message : String(error)}`,
      next: 'Check the connection (and HTTPS_PROXY, where there is a proxy), or fetch the file with a browser and put it into the model folder',
    });
  }
}

/** A connection through a proxy, which sees the host's name and nothing of what is said. */
function tunnel(proxy: URL, url: URL, signal: AbortSignal): Promise<Socket> {
  const target = `${url.hostname}:${url.port === '' ? 443 : url.port}`;
  const login = proxy.username === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString('base64')}` };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: proxy.hostname, port: proxy.port === '' ? 80 : proxy.port, method: 'CONNECT', path: target, headers: { host: target, ...login }, signal });
    request.setTimeout(silenceMilliseconds, () => request.destroy(silence()));
    request.on('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy answers ${statusCode ?? 'nothing'}`));
    }).on('response', ({ statusCode }) => reject(new Error(`the proxy answers ${statusCode ?? 'nothing'}`))).on('error', reject).end();
  });
}

function silence(): Error {
  return Object.assign(new Error(`no answer for ${silenceMilliseconds / 1000} s`), { code: 'ETIMEDOUT' });
}

export function stoppedDownload(): Error {
  return fail('stopped', 'Stopped; what came is kept, and the next try goes on from there');
}
