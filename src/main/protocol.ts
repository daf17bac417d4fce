import { protocol } from 'electron';
import { pageResponse } from './page-response';

/** Must run before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
}

/**
 * Serves the built page, and nothing else, under app://workbench.
 *
 * @param folder absolute path of the built page
 * @param styleNonce nonce of the window that is being loaded
 */
export function servePage(folder: string, styleNonce: () => string): void {
  protocol.handle('app', (request) => pageResponse(folder, request, styleNonce()));
}
