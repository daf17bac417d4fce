import { readFile, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { contentPolicy } from './content-policy';
import { pageFile } from './page-files';

const notFound = (): Response => new Response('not found', { status: 404, headers: { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' } });

/**
 * Answers a request for an app:// address: a file of the built page, or 404 for anything else, whatever the reason.
 * Files of the person are never served: what they hold reaches the page as checked answers over the engine's port.
 *
 * @param folder absolute path of the built page
 * @param styleNonce nonce of the window that is being loaded
 */
export async function pageResponse(folder: string, request: { readonly url: string; readonly method: string }, styleNonce: string): Promise<Response> {
  const file = pageFile(folder, request.url);
  if (!file || request.method !== 'GET') return notFound();
  try {
    // A link inside the folder must not lead out of it.
    if (!(await realpath(file.path)).startsWith((await realpath(folder)) + sep)) return notFound();
    return new Response(new Uint8Array(await readFile(file.path)), {
      headers: {
        'content-type': file.mediaType,
        'content-security-policy': contentPolicy(styleNonce),
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      },
    });
  } catch {
    return notFound();
  }
}
