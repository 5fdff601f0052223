/**
 * electron.session. Nothing here has an effect: Chromium's own defaults decide
 * about permissions, and pages from files have no response headers to change.
 * The README says so; what the handlers would decide is not proven here.
 */
import { strict } from '../strict.ts';

export const defaultSession = strict('electron.Session', {
  setPermissionRequestHandler(): void { /* Headless Chromium denies without asking. */ },
  setPermissionCheckHandler(): void { /* As above. */ },
  setDevicePermissionHandler(): void { /* As above. */ },
  webRequest: strict('electron.WebRequest', {
    onHeadersReceived(): void { /* Files have no headers. */ },
  }),
});

export const session = strict('electron.session', { defaultSession });
