/** Texts that leave the machine in somebody's hand (a copied failure, a log) say nothing of whose machine it is. */

export interface PrivateWords {
  /** Home folder. */
  readonly home: string;
  /** Name that the person logs in with. */
  readonly user: string;
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The home folder becomes `~`; the name `<user>` where it stands as a part of a path or alone, not inside a longer word. */
export function maskPrivate(text: string, { home, user }: PrivateWords): string {
  const slashes = home.replaceAll('\\', '/');
  let masked = text;
  for (const folder of new Set([home, slashes, home.replaceAll('\\', '\\\\')])) {
    // A root folder as home (a service's account) masks nothing.
    if (folder.length > 1) masked = masked.replace(new RegExp(`${literal(folder)}(?![\\p{L}\\p{N}_.-])`, 'giu'), '~');
  }
  if (user === '' || user === 'root') return masked;
  return masked.replace(new RegExp(`(?<![\\p{L}\\p{N}_])${literal(user)}(?![\\p{L}\\p{N}_])`, 'giu'), '<user>');
}
