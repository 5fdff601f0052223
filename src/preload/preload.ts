/**
 * The only way from the window to the rest of the program. Everything that
 * passes is checked against the contract, here and again on the other side.
 */
import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron';
import { z } from 'zod';
import { calls, events, plainErrorSchema, type Bridge, type CallInput, type CallName, type CallOutput, type EventName, type EventPayload, type PlainError, type Reply } from '../contract/index.ts';

// Compiled checks need `eval`, which the page's content security policy forbids.
z.config({ jitless: true });

const failure = (code: string, params: PlainError['params']): { ok: false; error: PlainError } => ({
  ok: false,
  error: { code, params, retryable: false, place: null, detail: '' },
});

async function call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<Reply<CallOutput<Name>>> {
  if (!Object.hasOwn(calls, name)) return failure('engine-protocol', { detail: 'a call that does not exist' });
  const { input: inputSchema, output: outputSchema } = calls[name];
  const parsed = inputSchema.safeParse(input);
  if (!parsed.success) return failure('argument-invalid', { what: [name, ...(parsed.error.issues[0]?.path ?? [])].join('.') });
  const reply = z
    .discriminatedUnion('ok', [z.object({ ok: z.literal(true), value: outputSchema }), z.object({ ok: z.literal(false), error: plainErrorSchema })])
    .safeParse(await ipcRenderer.invoke('werkbank:call', name, parsed.data));
  return reply.success ? (reply.data as Reply<CallOutput<Name>>) : failure('engine-protocol', { detail: name });
}

function listen<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void {
  if (!Object.hasOwn(events, name)) return () => undefined;
  const receive = (_event: IpcRendererEvent, sent: unknown, payload: unknown): void => {
    if (sent !== name) return;
    const parsed = events[name].safeParse(payload);
    if (parsed.success) listener(parsed.data as EventPayload<Name>);
  };
  ipcRenderer.on('werkbank:event', receive);
  return () => {
    ipcRenderer.removeListener('werkbank:event', receive);
  };
}

function pathOf(file: unknown): string {
  try {
    return webUtils.getPathForFile(file as File);
  } catch {
    // Not a file at all.
    return '';
  }
}

const bridge: Bridge = { call, listen, pathOf };
contextBridge.exposeInMainWorld('werkbank', bridge);
