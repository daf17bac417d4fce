/** Where a download may go: encrypted, to hosts that are on a list, whatever a server points to. */
import { fail } from '../../../shared/failure';

/** The hub and the storage that it points to. An entry with a leading dot stands for every host below it. */
export const hubHosts: readonly string[] = ['huggingface.co', '.huggingface.co', '.hf.co'];

/** @throws EngineError 'download' for another protocol, another host or port, or an address with a user's name */
export function allowedAddress(address: string, base: string | null, hosts: readonly string[]): URL {
  let url: URL;
  try {
    url = base === null ? new URL(address) : new URL(address, base);
  } catch {
    throw refused(address, 'this is no address', hosts);
  }
  if (url.protocol !== 'https:') throw refused(url.href, `the connection would not be encrypted (${url.protocol})`, hosts);
  if (url.username !== '' || url.password !== '') throw refused(url.host, 'it carries a user\'s name', hosts);
  if (!hosts.some((entry) => (entry.startsWith('.') ? url.port === '' && url.hostname.endsWith(entry) : url.host === entry))) throw refused(url.href, `${url.host} is not on the list`, hosts);
  return url;
}

function refused(address: string, why: string, hosts: readonly string[]): Error {
  return fail('download', `The download leads where it may not go: ${why}`, {
    // Addresses of storage carry signatures, which are nobody's business.
    place: address.replace(/\?.*$/s, '?…'), expected: `https to ${hosts.join(', ')}`, next: 'Fetch the file with a browser and put it into the model folder',
  });
}
