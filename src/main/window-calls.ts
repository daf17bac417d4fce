import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import { isWindowMethod, parseWindowParams, type WindowEvent, type WindowInput, type WindowMethod, type WindowReply, type WindowResult } from '../shared/window-contract';
import { isTrustedSender } from './sender-check';

export type WindowHandlers = {
  readonly [M in WindowMethod]: (params: WindowInput<M>, contents: WebContents) => WindowResult<M> | Promise<WindowResult<M>>;
};

async function answer<M extends WindowMethod>(handlers: WindowHandlers, method: M, params: unknown, contents: WebContents): Promise<WindowResult<M>> {
  return handlers[method](parseWindowParams(method, params), contents);
}

/**
 * Serves the window's calls. This is the only file that listens to the page.
 *
 * @param origin origin of the page (another one only under `npm run dev`)
 */
export function serveWindowCalls(handlers: WindowHandlers, origin: string): void {
  ipcMain.handle('workbench-call', async (event: IpcMainInvokeEvent, method: unknown, params: unknown): Promise<WindowReply> => {
    if (!isTrustedSender(event, origin)) return { ok: false, reason: 'this frame may not call the shell' };
    if (!isWindowMethod(method)) return { ok: false, reason: `unknown window call: ${String(method).slice(0, 80)}` };
    try {
      return { ok: true, value: await answer(handlers, method, params, event.sender) };
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
  });
}

export function sendWindowEvent(contents: WebContents, event: WindowEvent): void {
  if (!contents.isDestroyed()) contents.send('workbench-event', event);
}
