import { extname, join, normalize, sep } from 'node:path';

/** The one origin of the page. */
export const pageOrigin = 'app://workbench';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export interface PageFile {
  readonly path: string;
  readonly mediaType: string;
}

/**
 * The file that an app:// address stands for.
 *
 * @param folder absolute path of the built page
 * @returns undefined for another host, a path that leaves the folder, and a kind of file that the page has no use for
 */
export function pageFile(folder: string, address: string): PageFile | undefined {
  let url: URL;
  let wanted: string;
  try {
    url = new URL(address);
    wanted = decodeURIComponent(url.pathname);
  } catch {
    // Not an address, or a broken escape in it.
    return undefined;
  }
  if (`${url.protocol}//${url.host}` !== pageOrigin || url.username !== '' || url.password !== '') return undefined;
  if (wanted.includes('\0') || wanted.includes('\\')) return undefined;
  const path = normalize(join(folder, wanted === '/' ? 'index.html' : wanted));
  if (!path.startsWith(folder + sep)) return undefined;
  const mediaType = mediaTypes[extname(path)];
  return mediaType === undefined ? undefined : { path, mediaType };
}
