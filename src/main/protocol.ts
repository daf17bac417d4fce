import { readFile, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { protocol } from 'electron';
import { contentPolicy } from './content-policy';
import { pageFile } from './page-files';

/** Must run before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
}

const notFound = (): Response => new Response('not found', { status: 404, headers: { 'content-type': 'text/plain' } });

/**
 * Serves the built page, and nothing else, under app://workbench.
 *
 * @param folder absolute path of the built page
 * @param styleNonce nonce of the window that is being loaded
 */
export function servePage(folder: string, styleNonce: () => string): void {
  protocol.handle('app', async (request) => {
    const file = pageFile(folder, request.url);
    if (!file || request.method !== 'GET') return notFound();
    try {
      // A link inside the folder must not lead out of it.
      if (!(await realpath(file.path)).startsWith((await realpath(folder)) + sep)) return notFound();
      return new Response(new Uint8Array(await readFile(file.path)), {
        headers: {
          'content-type': file.mediaType,
          'content-security-policy': contentPolicy(styleNonce()),
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
        },
      });
    } catch {
      return notFound();
    }
  });
}
