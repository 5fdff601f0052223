import { EngineError, isAbort, toEngineError } from '../../../native-free-engine/index.ts';
import { calls, mainCalls, type CallInput, type CallName, type CallOutput, type HostCallName, type MainCallName, type Reply } from '../../contract/index.ts';
import { toPlainError } from '../engine-host/protocol.ts';

export type MainHandlers = { readonly [Name in MainCallName]: (input: CallInput<Name>) => Promise<CallOutput<Name>> };

export interface CallRouterOptions {
  readonly main: MainHandlers;
  readonly engine: { call<Name extends HostCallName>(name: Name, input: CallInput<Name>, signal?: AbortSignal): Promise<CallOutput<Name>> };
  /** Told of every call that failed. */
  onError?(name: string, error: EngineError): void;
}

/** Answers whatever the window asks, and nothing that the contract does not name. */
export type CallRouter = (name: unknown, input: unknown, signal?: AbortSignal) => Promise<Reply<unknown>>;

export function createCallRouter(options: CallRouterOptions): CallRouter {
  const answer = async (name: CallName, input: unknown, signal: AbortSignal | undefined): Promise<unknown> => {
    const parsed = calls[name].input.safeParse(input);
    if (!parsed.success) throw new EngineError('argument-invalid', { what: argumentOf(name, parsed.error.issues[0]?.path ?? []) });
    if (!Object.hasOwn(mainCalls, name)) return options.engine.call(name as HostCallName, parsed.data as never, signal);
    const handler = options.main[name as MainCallName] as (input: unknown) => Promise<unknown>;
    return calls[name].output.parse(await handler(parsed.data));
  };

  return async (name, input, signal) => {
    try {
      if (typeof name !== 'string' || !Object.hasOwn(calls, name)) throw new EngineError('engine-protocol', { detail: 'a call that does not exist' });
      return { ok: true, value: await answer(name as CallName, input, signal) };
    } catch (error) {
      const named = toEngineError(error);
      // Who cancelled does not read the answer.
      if (!isAbort(error)) options.onError?.(String(name), named);
      return { ok: false, error: toPlainError(named) };
    }
  };
}

const argumentOf = (name: string, path: readonly PropertyKey[]): string => [name, ...path.map(String)].join('.');
