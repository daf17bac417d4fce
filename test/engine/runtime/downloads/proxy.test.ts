import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowedAddress, hubHosts } from '../../../../src/engine/runtime/downloads/allowed-hosts';
import { httpsGet } from '../../../../src/engine/runtime/downloads/https-get';
import { proxyFor } from '../../../../src/engine/runtime/downloads/proxy';
import { EngineError } from '../../../../src/shared/failure';
import { localHub, type LocalHub } from '../../../helpers/local-hub';

describe('the hub\'s hosts', () => {
  it.each(['https://huggingface.co/timm/x', 'https://cdn-lfs.huggingface.co/x?y=z', 'https://cas-bridge.xethub.hf.co/x', 'HTTPS://HuggingFace.co/x'])('%s is allowed', (address) => {
    expect(allowedAddress(address, null, hubHosts).protocol).toBe('https:');
  });

  it.each(['http://huggingface.co/x', 'https://huggingface.co:444/x', 'https://evilhuggingface.co/x', 'https://huggingface.co.evil.org/x', 'https://hf.co.evil.org/', 'https://x@huggingface.co/', 'https://cdn.hf.co:8443/', 'file:///etc/passwd', 'https://127.0.0.1/', 'nonsense'])('%s is not', (address) => {
    expect(() => allowedAddress(address, null, hubHosts)).toThrow(EngineError);
  });
});

describe('proxyFor', () => {
  const url = new URL('https://cdn.hf.co/x');

  it('reads the usual variables, capital or not', () => {
    expect(proxyFor(url, {})).toBeNull();
    expect(proxyFor(url, { HTTPS_PROXY: 'http://proxy:3128' })?.href).toBe('http://proxy:3128/');
    expect(proxyFor(url, { https_proxy: 'proxy:3128' })?.host).toBe('proxy:3128');
    expect(proxyFor(url, { ALL_PROXY: 'http://all:1' })?.host).toBe('all:1');
    expect(proxyFor(url, { HTTPS_PROXY: 'socks5://proxy:1' })).toBeNull();
    expect(proxyFor(url, { HTTPS_PROXY: '' })).toBeNull();
  });

  it.each(['*', 'hf.co', '.hf.co', '*.hf.co', 'example.com, cdn.hf.co:443'])('is left out by NO_PROXY %s', (list) => {
    expect(proxyFor(url, { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: list })).toBeNull();
    expect(proxyFor(new URL('https://nothf.co/'), { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: list === '*' ? '' : list })).not.toBeNull();
  });
});

describe('through a proxy', () => {
  let hub: LocalHub;
  let asked: { readonly target: string; readonly login: string | undefined }[];
  let refuse: boolean;
  const proxy = createServer();
  const sockets = new Set<{ destroy(): unknown }>();
  let port = 0;

  beforeEach(async () => {
    hub = await localHub(new TextEncoder().encode('content'));
    asked = [];
    refuse = false;
    proxy.removeAllListeners('connect').on('connect', (request, socket) => {
      const target = request.url ?? '';
      sockets.add(socket);
      asked.push({ target, login: request.headers['proxy-authorization'] });
      if (refuse) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const onward = connect(Number(target.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    port = address !== null && typeof address === 'object' ? address.port : 0;
  });
  afterEach(async () => {
    await hub.close();
    // A tunnel is no connection of the server's any more.
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
  });

  const get = (): ReturnType<typeof httpsGet> => httpsGet(`${hub.url}/timm/m`, { hosts: hub.hosts, ca: hub.ca, headers: {}, signal: new AbortController().signal, variables: { HTTPS_PROXY: `http://me:se%20cret@127.0.0.1:${port}` } });

  it('every connection goes, the certificate is still the host\'s own', async () => {
    const answer = await get();
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) if (chunk instanceof Uint8Array) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('content');
    expect(asked.map(({ target }) => target)).toEqual([`127.0.0.1:${new URL(hub.url).port}`, `localhost:${new URL(hub.url).port}`]);
    expect(asked[0]?.login).toBe(`Basic ${Buffer.from('me:se cret').toString('base64')}`);
  });

  it('that refuses, the failure says so, without its password', async () => {
    refuse = true;
    await expect(get()).rejects.toThrow(new RegExp(`through 127\\.0\\.0\\.1:${port}: the proxy answers 407`));
    await get().catch((error: unknown) => expect(String(error)).not.toContain('cret'));
  });
});
