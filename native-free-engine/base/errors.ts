import { ERROR_CODES, type ErrorCategory, type ErrorCode } from './error-codes.ts';

/** Values for the placeholders in the translated texts of an error. */
export type ErrorParams = Readonly<Record<string, string | number>>;

/** Where in which structure a reader stopped. `offset` is in bytes from the start of what was read. */
export interface ErrorPlace {
  readonly struct?: string;
  readonly field?: string;
  readonly offset?: number;
}

/** What an {@link EngineError} looks like once it has crossed a process border. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly retryable: boolean;
  readonly place: ErrorPlace | null;
  readonly detail: string;
}

/** A fault with a name, placeholders for its texts, and a remedy in every language of the program. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly place: ErrorPlace | null;

  constructor(code: ErrorCode, params: ErrorParams = {}, options: { place?: ErrorPlace; cause?: unknown } = {}) {
    super(describe(code, params, options.place), 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.params = params;
    this.place = options.place ?? null;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  get category(): ErrorCategory {
    return ERROR_CODES[this.code].category;
  }

  toPlain(): PlainError {
    const cause = this.cause instanceof Error ? this.cause.message : '';
    return { code: this.code, params: this.params, retryable: this.retryable, place: this.place, detail: cause };
  }

  static fromPlain(plain: PlainError): EngineError {
    return new EngineError(plain.code, plain.params, {
      ...(plain.place ? { place: plain.place } : {}),
      ...(plain.detail ? { cause: new Error(plain.detail) } : {}),
    });
  }
}

/** Any thrown value as an {@link EngineError}; what has no name becomes `unexpected` with its message kept. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new EngineError('unexpected', { detail }, { cause: error });
}

/** The `errno` name of a system error (`ENOSPC`), or an empty string. */
export function errnoOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') return error.code;
  return '';
}

function describe(code: ErrorCode, params: ErrorParams, place: ErrorPlace | undefined): string {
  const parts = Object.entries(params).map(([key, value]) => `${key}=${value}`);
  if (place?.struct) parts.push(`in ${place.struct}${place.field ? `.${place.field}` : ''}`);
  if (place?.offset !== undefined) parts.push(`at byte ${place.offset}`);
  return parts.length ? `${code} (${parts.join(', ')})` : code;
}
