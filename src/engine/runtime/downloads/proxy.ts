/** The proxy that the surroundings ask for, by the variables that other programs read too. */

/** Variables such as process.env. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The proxy for an address, from HTTPS_PROXY (or https_proxy, ALL_PROXY) and NO_PROXY; null for none, or for one that is not plain http. */
export function proxyFor(url: URL, variables: Variables): URL | null {
  const named = (name: string): string | undefined => variables[name] ?? variables[name.toLowerCase()];
  const proxy = named('HTTPS_PROXY') ?? named('ALL_PROXY');
  if (proxy === undefined || proxy === '' || excluded(url.hostname, named('NO_PROXY') ?? '')) return null;
  try {
    const parsed = new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
    return parsed.protocol === 'http:' ? parsed : null;
  } catch {
    return null;
  }
}

function excluded(host: string, list: string): boolean {
  return list.split(',').map((entry) => entry.trim().replace(/:\d+$/, '').replace(/^\*?\./, '')).some((entry) => entry !== '' && (entry === '*' || host === entry || host.endsWith(`.${entry}`)));
}
