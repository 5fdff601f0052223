import type { PlainError } from '../../../src/contract/index.ts';

/** An answer that is an error. */
export class Refusal extends Error {
  readonly plain: PlainError;
  constructor(code: string, params: PlainError['params']) {
    super(code);
    this.plain = { code, params, retryable: false, place: null, detail: '' };
  }
}
