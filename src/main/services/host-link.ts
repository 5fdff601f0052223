import { AbortError, EngineError, throwIfAborted } from '../../../native-free-engine/index.ts';
import type { Channel } from '../engine-host/channel.ts';
import {
  engineCalls, engineEvents, fromPlainError, hostMessageSchema, parseMessage,
  type ClientMessage, type EngineCallInput, type EngineCallName, type EngineCallOutput, type EngineEventName, type EngineEventPayload, type HostMessage,
} from '../engine-host/protocol.ts';

interface Pending {
  readonly name: EngineCallName;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One engine host, seen from the main process: call, cancel, listen, dispose. */
export interface HostLink {
  /** @throws the host's own error, `engine-host-gone` when it ends before it answers, AbortError */
  call<Name extends EngineCallName>(name: Name, input: EngineCallInput<Name>, signal?: AbortSignal): Promise<EngineCallOutput<Name>>;
  /** Returns the way to stop listening. */
  listen<Name extends EngineEventName>(event: Name, listener: (payload: EngineEventPayload<Name>) => void): () => void;
  /** Called once, when the host has ended for whatever reason. */
  onGone(listener: (error: EngineError) => void): void;
  close(): void;
}

/** @param onFault told of events that break the contract; they are dropped, because a job must not die of its progress bar */
export function createHostLink(channel: Channel, onFault: (error: EngineError) => void = () => undefined): HostLink {
  const pending = new Map<number, Pending>();
  const listeners = new Map<EngineEventName, Set<(payload: never) => void>>();
  const goneListeners: ((error: EngineError) => void)[] = [];
  let gone: EngineError | null = null;
  let nextId = 0;

  const say = (message: ClientMessage): void => channel.send(message);

  const end = (reason: EngineError | null): void => {
    if (gone) return;
    gone = new EngineError('engine-host-gone', {}, reason ? { cause: reason } : {});
    for (const call of pending.values()) call.reject(gone);
    pending.clear();
    for (const listener of goneListeners) listener(gone);
  };

  const onEvent = (event: EngineEventName, raw: unknown): void => {
    let payload: unknown;
    try {
      payload = parseMessage(engineEvents[event], raw, event);
    } catch (error) {
      onFault(error as EngineError);
      return;
    }
    for (const listener of listeners.get(event) ?? []) listener(payload as never);
  };

  const onMessage = (message: HostMessage): void => {
    if (message.type === 'event') {
      onEvent(message.event, message.payload);
      return;
    }
    const call = pending.get(message.id);
    // The answer to a call that was cancelled while it was on its way.
    if (!call) return;
    pending.delete(message.id);
    if (!message.reply.ok) {
      call.reject(fromPlainError(message.reply.error));
      return;
    }
    try {
      call.resolve(parseMessage(engineCalls[call.name].output, message.reply.value, call.name));
    } catch (error) {
      call.reject(error as EngineError);
    }
  };

  channel.onClose(end);
  channel.onMessage((raw) => {
    try {
      onMessage(parseMessage(hostMessageSchema, raw, 'message'));
    } catch (error) {
      end(error as EngineError);
      channel.close();
    }
  });

  return {
    async call<Name extends EngineCallName>(name: Name, input: EngineCallInput<Name>, signal?: AbortSignal) {
      throwIfAborted(signal);
      if (gone) throw gone;
      const id = nextId++;
      const answer = new Promise<unknown>((resolve, reject) => pending.set(id, { name, resolve, reject }));
      const cancel = (): void => {
        const call = pending.get(id);
        if (!call) return;
        pending.delete(id);
        say({ type: 'cancel', id });
        call.reject(new AbortError());
      };
      signal?.addEventListener('abort', cancel, { once: true });
      say({ type: 'call', id, name, input });
      try {
        return (await answer) as EngineCallOutput<Name>;
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    },
    listen(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      if (set.size === 0) say({ type: 'listen', event });
      set.add(listener);
      return () => {
        set.delete(listener);
        if (set.size === 0) say({ type: 'dispose', event });
      };
    },
    onGone(listener) {
      if (gone) listener(gone);
      else goneListeners.push(listener);
    },
    close: () => channel.close(),
  };
}
