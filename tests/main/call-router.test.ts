import { expect, test, vi } from 'vitest';
import { AbortError, EngineError } from '../../native-free-engine/index.ts';
import { calls, type MainCallName } from '../../src/contract/index.ts';
import { createCallRouter, type MainHandlers } from '../../src/main/services/call-router.ts';

const settings = { language: 'en', theme: 'dark', practiceFolder: null, imageFolders: [] as string[], driverFolders: [] as string[], nameTemplate: '{date}' } as const;

function setUp(main: Partial<MainHandlers> = {}) {
  const engine = { call: vi.fn(async () => [] as never) };
  const errors: [string, string][] = [];
  const refuse = async (): Promise<never> => {
    throw new EngineError('unexpected', { detail: 'not in this test' });
  };
  const handlers = Object.fromEntries(Object.keys(calls).map((name) => [name, refuse])) as unknown as Record<MainCallName, never>;
  const router = createCallRouter({ main: { ...handlers, ...main }, engine, onError: (name, error) => errors.push([name, error.code]) });
  return { router, engine, errors };
}

test('calls go to the main process or to the engine, as the contract says', async () => {
  const { router, engine } = setUp({ 'settings.get': async () => settings });
  expect(await router('settings.get', null)).toEqual({ ok: true, value: settings });
  expect(engine.call).not.toHaveBeenCalled();
  expect(await router('disks.list', null)).toEqual({ ok: true, value: [] });
  expect(engine.call).toHaveBeenCalledWith('disks.list', null, undefined);
});

test.each([
  ['a name that does not exist', 'disks.erase', null, 'engine-protocol'],
  ['a name from the prototype', 'constructor', null, 'engine-protocol'],
  ['no name at all', ['disks.list'], null, 'engine-protocol'],
  ['the main process\'s own calls to the host', 'job.needsRights', { plan: {} }, 'engine-protocol'],
  ['input of another type', 'image.inspect', { location: 5 }, 'argument-invalid'],
  ['missing input', 'job.cancel', undefined, 'argument-invalid'],
])('%s is refused before anyone sees it', async (_what, name, input, code) => {
  const { router, engine, errors } = setUp();
  expect(await router(name, input)).toMatchObject({ ok: false, error: { code } });
  expect(engine.call).not.toHaveBeenCalled();
  expect(errors.map(([, logged]) => logged)).toEqual([code]);
});

test('what the contract does not name is taken off', async () => {
  const { router, engine } = setUp();
  await router('job.cancel', { jobId: 'a', extra: 1 });
  expect(engine.call).toHaveBeenCalledWith('job.cancel', { jobId: 'a' }, undefined);
});

test('errors keep their names, and others become unexpected', async () => {
  const { router, engine } = setUp();
  engine.call.mockRejectedValueOnce(new EngineError('target-gone', { disk: 'X' }, { place: { offset: 5 } }));
  expect(await router('disks.list', null)).toEqual({
    ok: false, error: { code: 'target-gone', params: { disk: 'X' }, retryable: true, place: { offset: 5 }, detail: '' },
  });
  engine.call.mockRejectedValueOnce(new TypeError('x is undefined'));
  expect(await router('disks.list', null)).toMatchObject({ ok: false, error: { code: 'unexpected', detail: 'x is undefined' } });
});

test('an answer of ours that breaks the contract does not reach the window', async () => {
  const { router } = setUp({ 'settings.get': async () => ({ ...settings, theme: 'pink' }) as never });
  expect(await router('settings.get', null)).toMatchObject({ ok: false, error: { code: 'unexpected' } });
});

test('a cancelled call is not logged as a failure', async () => {
  const { router, engine, errors } = setUp();
  engine.call.mockRejectedValueOnce(new AbortError());
  expect(await router('disks.list', null, new AbortController().signal)).toMatchObject({ ok: false });
  expect(errors).toEqual([]);
});
