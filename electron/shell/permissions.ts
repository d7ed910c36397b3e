/** What pages may never do here: leave the window's address, open others, reach the network or a device. */
import { app, type Session, session } from 'electron';
import { isOwnPage, PAGE } from './address.ts';

/** Everything else that a page may ask the system for is refused. */
const allowed = new Set<string>([
  'clipboard-sanitized-write', // to copy an invitation
  'fullscreen',
]);

/** For every page and every session that there ever is. Call it before the app is ready. */
export function refuseWhatIsNotListed(): void {
  app.enableSandbox();
  app.on('web-contents-created', (_event, contents) => {
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp'); // no policy of a page's own forbids it WebRTC
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame || !isOwnPage(event.url)) event.preventDefault(); // a reload is a navigation too
    });
    contents.on('will-redirect', (event) => event.preventDefault());
  });
  app.on('session-created', restrict);
  void app.whenReady().then(() => restrict(session.defaultSession));
}

function restrict(own: Session): void {
  own.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl, isMainFrame }) =>
    answer(allowed.has(permission) && isMainFrame && isOwnPage(requestingUrl)),
  );
  own.setPermissionCheckHandler(
    (_contents, permission, origin) =>
      allowed.has(permission) && isOwnPage(origin.endsWith('/') ? origin : `${origin}/`),
  );
  own.setDevicePermissionHandler(() => false);
  own.setSpellCheckerEnabled(false);
  own.on('will-download', (event) => event.preventDefault()); // files are saved through the gate
  own.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isLocal(url) }));
}

/** What a page holds itself, and Chromium's own tools in development. */
function isLocal(url: string): boolean {
  if (url.startsWith(PAGE) || url.startsWith('blob:') || url.startsWith('data:')) return true;
  return !app.isPackaged && url.startsWith('devtools:');
}
