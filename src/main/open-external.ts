import { shell } from 'electron';
import { allowedLink } from './allowed-link';

/**
 * The one way out to the browser.
 *
 * @throws {Error} if the address is not on the allow-list
 */
export async function openExternal(address: string): Promise<void> {
  const link = allowedLink(address);
  if (link === undefined) throw new Error(`not on the list of sites that may be opened: ${address.slice(0, 200)}`);
  await shell.openExternal(link);
}
