/**
 * `window.open` of the page: the program is told, and no window opens, as in Electron where it is denied. Chromium's own
 * is not used: under a debugger it now and then opens a window that was blocked, and when that is closed the page that asked
 * stands still for good.
 *
 * Self-contained: it reaches the page through `toString()`.
 */
export function windowOpen(secret: string): void {
  const open = (url: string | URL = '', name = '', features = ''): null => {
    const to = new URL(url, document.baseURI).href;
    document.dispatchEvent(new CustomEvent(`${secret}:open`, { detail: { to, name, features } }));
    return null;
  };
  Object.assign(globalThis, { open });
}

declare const document: EventTarget & { readonly baseURI: string };
