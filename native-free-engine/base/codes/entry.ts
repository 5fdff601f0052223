export type ErrorCategory = 'usage' | 'refused' | 'source' | 'target' | 'verify' | 'rights' | 'internal';

export interface ErrorEntry {
  readonly category: ErrorCategory;
  readonly retryable: boolean;
}

export const entry = (category: ErrorCategory, retryable = false): ErrorEntry => ({ category, retryable });
