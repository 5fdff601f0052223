import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { AbortError, throwIfAborted } from '../base/abort.ts';
import { EngineError } from '../base/errors.ts';

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** A connection that breaks, hangs or cannot be made: trying again may help. */
export class ConnectionFault extends Error {}

export interface HttpClientOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a byte after which a connection counts as dead. */
  readonly idleTimeoutMs: number;
}

/** Makes GET requests, follows redirects to http and https only, and never from https to http. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: 4 });
  readonly #https = new HttpsAgent({ keepAlive: true, maxSockets: 4 });

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /**
   * @returns the response after all redirects, its body not yet read, and the address it came from
   * @throws ConnectionFault, AbortError, EngineError `http-redirect-refused`
   */
  async get(url: URL, headers: Readonly<Record<string, string>>): Promise<{ response: IncomingMessage; url: URL }> {
    let at = url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await this.#request(at, headers);
      const location = response.headers.location;
      if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) return { response, url: at };
      discard(response);
      at = followed(at, location);
    }
    throw new EngineError('http-redirect-refused', { location: at.href });
  }

  /** Waits for `work`, which must see a byte within the idle time-out. */
  async timed<T>(work: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let onAbort: () => void = () => undefined;
    const { signal, idleTimeoutMs } = this.#options;
    const giveUp = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new ConnectionFault('the server stopped sending')), idleTimeoutMs);
      onAbort = () => reject(new AbortError());
      signal?.addEventListener('abort', onAbort, { once: true });
    });
    try {
      throwIfAborted(signal);
      return await Promise.race([work, giveUp]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Waits before another try; a cancelled job does not. */
  async pause(milliseconds: number): Promise<void> {
    const { signal } = this.#options;
    throwIfAborted(signal);
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(new AbortError());
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  async #request(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const secure = url.protocol === 'https:';
    const options = { agent: secure ? this.#https : this.#http, headers: { 'accept-encoding': 'identity', 'user-agent': 'werkbank', ...headers } };
    const request = secure ? httpsRequest(url, options) : httpRequest(url, options);
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve);
      request.on('error', (error) => reject(new ConnectionFault(error.message, { cause: error })));
    });
    // After a time-out nobody waits for it any more.
    answer.catch(() => undefined);
    request.end();
    try {
      return await this.timed(answer);
    } catch (error) {
      request.destroy();
      throw error;
    }
  }
}

/** Throws a body away; a short one is read, so that its connection can be used again. */
export function discard(response: IncomingMessage): void {
  response.on('error', () => undefined);
  if (Number(response.headers['content-length'] ?? Infinity) <= 64 << 10) response.resume();
  else response.destroy();
}

function followed(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : null;
  const allowed = to !== null && (to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:'));
  if (!allowed) throw new EngineError('http-redirect-refused', { location: location.slice(0, 200) });
  return to;
}

/** A content range, `bytes 0-99/1000`: first byte and size in all (null for `*`). */
export function parseContentRange(headers: IncomingHttpHeaders): { readonly start: number; readonly size: number | null } | null {
  const match = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(headers['content-range'] ?? '');
  return match ? { start: Number(match[1]), size: match[2] === '*' ? null : Number(match[2]) } : null;
}

/** What tells one version of a file from another: a strong entity tag, else the date. */
export function validatorOf(headers: IncomingHttpHeaders): string | null {
  const { etag } = headers;
  if (etag && !etag.startsWith('W/')) return etag;
  return headers['last-modified'] ?? null;
}
