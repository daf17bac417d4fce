import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download, type DownloadRequest, type DownloadSurroundings } from '../../../../src/engine/runtime/downloads/download';
import { EngineError, type Failure, fail } from '../../../../src/shared/failure';
import type { GotModel } from '../../../../src/shared/known-models';
import { localHub, type LocalHub } from '../../../helpers/local-hub';

const content = Uint8Array.from({ length: 600_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
const sha256 = createHash('sha256').update(content).digest('hex');

let hub: LocalHub;
let folder: string;
let target: string;

beforeEach(async () => {
  hub = await localHub(content);
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-fetch-'));
  target = join(folder, 'models', 'm.safetensors');
});
afterEach(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});

const around = (more: Partial<DownloadSurroundings> = {}): DownloadSurroundings => ({ hosts: hub.hosts, ca: hub.ca, variables: {}, agent: 'test', ...more });
const get = (more: Partial<DownloadRequest> = {}, place: Partial<DownloadSurroundings> = {}): Promise<GotModel> => download({
  url: `${hub.url}/timm/m/resolve/main/model.safetensors`, target, sha256: null, mostBytes: 1_000_000, signal: new AbortController().signal, onProgress: () => undefined, accept: () => undefined, ...more,
}, around(place));

async function refused(work: Promise<unknown>): Promise<Failure> {
  return work.then(() => { throw new Error('taken'); }, (error: unknown) => {
    if (error instanceof EngineError) return error.failure;
    throw error;
  });
}

const there = (): string[] => (existsSync(join(folder, 'models')) ? readdirSync(join(folder, 'models')).sort() : []);

describe('a download', () => {
  it('follows the hub to its storage, is checked against the hub\'s word, and takes its name at the end', async () => {
    const progress: (readonly [number, number])[] = [];
    const seen: string[] = [];
    const got = await get({ onProgress: (done, total) => progress.push([done, total]), accept: (file) => seen.push(file) });
    expect(got).toEqual({ file: target, bytes: content.length, sha256, checked: 'server', resumedFrom: 0 });
    expect(readFileSync(target).equals(content)).toBe(true);
    expect(there()).toEqual(['m.safetensors']);
    expect(progress[0]).toEqual([0, content.length]);
    expect(progress.at(-1)).toEqual([content.length, content.length]);
    expect(seen).toEqual([`${target}.part`]);
    expect((await get({ sha256, target: join(folder, 'other') })).checked).toBe('pinned');
  });

  it('that is cut off goes on by itself from where it was', async () => {
    Object.assign(hub.behaviour, { cutAfter: 200_000, cuts: 2 });
    expect((await get()).sha256).toBe(sha256);
    expect(hub.asked.map(({ range }) => range)).toEqual([undefined, 'bytes=200000-', 'bytes=400000-']);
    expect(hub.asked[1]?.['if-range']).toBe('"one"');
  });

  it('that is cut off again and again keeps what came, and the next try goes on from there', async () => {
    Object.assign(hub.behaviour, { cutAfter: 1000, cuts: 100 });
    const failure = await refused(get());
    expect(failure).toMatchObject({ kind: 'download', what: `The download was cut off at 6000 of ${content.length} bytes`, file: `${target}.part` });
    expect(there()).toEqual(['m.safetensors.part', 'm.safetensors.part.json']);
    hub.behaviour.cutAfter = null;
    hub.asked.length = 0;
    expect(await get()).toMatchObject({ sha256, resumedFrom: 6000 });
    expect(hub.asked.map(({ range }) => range)).toEqual(['bytes=6000-']);
    expect(there()).toEqual(['m.safetensors']);
  });

  it('begins again where the server knows no ranges, or has another file by now', async () => {
    Object.assign(hub.behaviour, { cutAfter: 200_000, cuts: 1, noRanges: true });
    expect((await get()).sha256).toBe(sha256);
    expect(hub.asked).toHaveLength(2);
    Object.assign(hub.behaviour, { cutAfter: 1000, cuts: 100, noRanges: false });
    await refused(get({ target: join(folder, 'models', 'other') }));
    hub.content = content.slice(5);
    Object.assign(hub.behaviour, { cutAfter: null, etag: '"two"' });
    const other = await get({ target: join(folder, 'models', 'other') });
    expect(other.bytes).toBe(content.length - 5);
  });

  it('trusts no part that nobody wrote down, nor one of another address', async () => {
    Object.assign(hub.behaviour, { cutAfter: 1000, cuts: 100 });
    await refused(get());
    hub.behaviour.cutAfter = null;
    expect(await get({ url: `${hub.url}/timm/other/resolve/main/model.safetensors` })).toMatchObject({ resumedFrom: 0, sha256 });
    rmSync(target);
    writeFileSync(`${target}.part`, 'somebody else\'s');
    expect(await get()).toMatchObject({ resumedFrom: 0, sha256 });
  });

  it('whose sum is wrong is refused and thrown away, with both sums', async () => {
    const pinned = 'ab'.repeat(32);
    expect(await refused(get({ sha256: pinned }))).toMatchObject({ kind: 'download', what: expect.stringMatching(/SHA-256 is another/) as string, place: sha256, expected: `${pinned} (pinned in this program)` });
    expect(there()).toEqual([]);
    hub.behaviour.sum = pinned;
    expect((await refused(get())).expected).toBe(`${pinned} (the server's own word)`);
    expect(there()).toEqual([]);
  });

  it.each([['none', null], ['a short one', 'abc123'], ['one of another kind', 'g'.repeat(64)]])('without a sum to check against (%s) is not begun', async (_name, sum) => {
    hub.behaviour.sum = sum;
    expect(await refused(get())).toMatchObject({ kind: 'download', what: 'The server gives no sum to check the file against' });
    expect(there()).toEqual([]);
    expect((await get({ sha256 })).checked).toBe('pinned');
  });

  it.each([
    ['without encryption', (): string => `http://localhost:${new URL(hub.url).port}/storage`, /not be encrypted/],
    ['to another host', (): string => 'https://example.com/storage?token=secret', /example\.com is not on the list/],
    ['to another port', (): string => 'https://localhost:1/storage', /localhost:1 is not on the list/],
    ['with a user\'s name', (): string => `https://me:secret@localhost:${new URL(hub.url).port}/storage`, /user's name/],
    ['round in circles', (): string => '/timm/again', /points on more than/],
  ])('does not follow the server %s', async (_name, location, says) => {
    hub.behaviour.location = location();
    const failure = await refused(get());
    expect(failure.kind).toBe('download');
    expect(failure.what).toMatch(says);
    expect(JSON.stringify(failure)).not.toContain('secret');
    expect(hub.asked).toEqual([]);
    expect(there()).toEqual([]);
  });

  it('stops at once when it is told to, and goes on later', async () => {
    const controller = new AbortController();
    hub.behaviour.stall = () => undefined;
    const stopped = get({ signal: controller.signal, onProgress: (done) => { if (done > 0) controller.abort(); } });
    expect((await refused(stopped)).kind).toBe('stopped');
    hub.behaviour.stall = null;
    const got = await get();
    expect(got.sha256).toBe(sha256);
    expect(got.resumedFrom).toBeGreaterThan(0);
    const before = new AbortController();
    before.abort();
    expect((await refused(get({ signal: before.signal, target: join(folder, 'never') }))).kind).toBe('stopped');
  });

  it('is not begun where there is no room, nor when the server would send too much', async () => {
    expect(await refused(get({}, { freeBytes: () => 1000 }))).toMatchObject({ kind: 'disk-full', file: target });
    expect(await refused(get({ mostBytes: 599_999 }))).toMatchObject({ kind: 'download', what: `The server would send ${content.length} bytes` });
    hub.behaviour.length = null;
    expect((await refused(get())).what).toMatch(/does not say how large/);
  });

  it('is thrown away when the caller does not want what came', async () => {
    const accept = (): void => { throw fail('model-unsupported', 'another model'); };
    expect((await refused(get({ accept }))).what).toBe('another model');
    expect(there()).toEqual([]);
  });

  it.each([404, 403, 500])('says so when the server answers %i', async (status) => {
    hub.behaviour.status = status;
    expect((await refused(get())).what).toBe(`The server answers ${status}`);
  });

  it('does not trust a server that nobody vouches for, and says when nobody answers', async () => {
    expect(await refused(get({}, { ca: undefined }))).toMatchObject({ what: 'The server cannot be reached', place: expect.stringMatching(/certificate/i) as string });
    await hub.close();
    expect((await refused(get())).place).toMatch(/ECONNREFUSED/);
    hub = await localHub(content);
  });
});
