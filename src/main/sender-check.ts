import { pageOrigin } from './page-files';

/** The part of an IPC event that tells who sent it. */
export interface CallSender {
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
}

/** Only the main frame of our own page may call: no inner frame, no other origin, no frame that is already gone. */
export function isTrustedSender({ senderFrame }: CallSender, origin: string = pageOrigin): boolean {
  if (!senderFrame || senderFrame.parent !== null) return false;
  try {
    const { protocol, host } = new URL(senderFrame.url);
    return `${protocol}//${host}` === origin;
  } catch {
    return false;
  }
}
