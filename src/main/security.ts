import { app, session } from 'electron';

/**
 * Rules for everything that shows web content: it stays where it is, opens nothing, and is granted nothing.
 * Must run before the first window is made.
 *
 * @param isOwnPage whether an address is the app's own page (its reload is the only navigation)
 */
export function hardenWebContents(isOwnPage: (address: string) => boolean): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, address) => {
      if (!isOwnPage(address)) event.preventDefault();
    });
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame || !isOwnPage(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    // WebRTC is not under the page's policy: without this a peer connection asks servers over UDP.
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  });
}

/** No camera, no notifications, no devices, no downloads. Must run once the app is ready. */
export function denyPermissions(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  // Files are saved through the dialog of 'file.save' only.
  defaultSession.on('will-download', (event) => event.preventDefault());
}

/**
 * Nothing that shows web content reaches a network, whatever the page's policy would let through. Must run once the app is ready.
 * (Downloads that the person asks for are the engine's, in a process without a page.)
 *
 * @param devServer origin of the page under `npm run dev`
 */
export function denyNetwork(devServer: string | undefined): void {
  session.defaultSession.webRequest.onBeforeRequest({ urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*'] }, ({ url }, answer) => {
    answer({ cancel: devServer === undefined || new URL(url).host !== new URL(devServer).host });
  });
}
