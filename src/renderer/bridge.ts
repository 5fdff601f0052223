import type { Bridge, CallInput, CallName, CallOutput, EventName, EventPayload, PlainError } from '../contract/index.ts';

declare global {
  interface Window {
    readonly werkbank: Bridge;
  }
}

/** A refused or failed call, with the error the other side gave. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly plain: PlainError;

  constructor(plain: PlainError) {
    super(plain.code);
    this.plain = plain;
  }
}

/** @throws CallError with the other side's error. */
export async function call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
  const reply = await window.werkbank.call(name, input);
  if (!reply.ok) throw new CallError(reply.error);
  return reply.value;
}

export function listen<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void {
  return window.werkbank.listen(name, listener);
}

export function pathOf(file: File): string {
  return window.werkbank.pathOf(file);
}

/** Any thrown value as an error the screen can show. */
export function toPlainError(thrown: unknown): PlainError {
  if (thrown instanceof CallError) return thrown.plain;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'unexpected', params: { detail }, retryable: false, place: null, detail };
}
