import { beforeEach, expect, test } from 'vitest';
import type { Bridge, CallName, DriverWish, PlainError, WinpePlan, WinpeRequest } from '../../src/contract/index.ts';
import { driverSystem } from '../../src/contract/index.ts';
import { driversReady, useDriverChoice, wantedDrivers } from '../../src/renderer/stores/driver-choice.ts';
import { useWinpe } from '../../src/renderer/stores/winpe.ts';
import { choiceOf, winpePlanOf, WINPE_IMAGE } from './harness/winpe-data.ts';

const refusal = (code: string): PlainError => ({ code, params: {}, retryable: false, place: null, detail: '' });
let answers: Partial<Record<CallName, (input: never) => unknown>> = {};

const bridge: Bridge = {
  call: async (name, input) => {
    const answer = answers[name];
    return answer ? { ok: true, value: (await answer(input as never)) as never } : { ok: false, error: refusal('unexpected') };
  },
  listen: () => () => undefined,
  pathOf: () => '',
};

beforeEach(() => {
  Object.assign(globalThis, { window: { werkbank: bridge } });
  answers = {};
  useWinpe.getState().restart();
});

const SYSTEM = { ...driverSystem(WINPE_IMAGE), disk: null };

test('what a WIM says of itself becomes what drivers are chosen for', () => {
  expect(driverSystem(WINPE_IMAGE)).toEqual({ architecture: 'amd64', build: 26100 });
  expect(driverSystem({ architecture: 'arm64', version: '' })).toEqual({ architecture: 'arm64', build: null });
});

test('no folder is no drivers; hardware IDs that are still to be typed ask for nothing and keep the step', async () => {
  const drivers = useDriverChoice.getState;
  expect(wantedDrivers(drivers())).toBeNull();
  expect(driversReady(drivers())).toBe(true);
  drivers().change({ folders: ['  ', ' /srv/drivers '], machines: 'ids' }, SYSTEM);
  await drivers().refresh(SYSTEM);
  expect(wantedDrivers(drivers())).toBeNull();
  expect(driversReady(drivers())).toBe(false);
  drivers().change({ ids: ['PCI\\VEN_8086&DEV_15F3', ''] }, SYSTEM);
  expect(wantedDrivers(drivers())).toEqual({ folders: ['/srv/drivers'], kinds: ['storage', 'network'], machines: { kind: 'ids', ids: ['PCI\\VEN_8086&DEV_15F3'] } });
});

test('folders are looked through one at a time, and only the newest answer counts', async () => {
  const asked: string[] = [];
  let first = () => {};
  answers = {
    'drivers.choose': async (wish: DriverWish) => {
      asked.push(wish.machines.kind);
      if (asked.length === 1) await new Promise<void>((resolve) => (first = resolve));
      return { ...choiceOf(wish), system: null };
    },
  };
  const drivers = useDriverChoice.getState;
  drivers().change({ folders: ['/srv/drivers'] }, SYSTEM);
  const looks = [drivers().refresh(SYSTEM)];
  await Promise.resolve();
  drivers().change({ machines: 'this' }, SYSTEM);
  looks.push(drivers().refresh(SYSTEM));
  drivers().change({ machines: 'ids', ids: ['PCI\\VEN_8086&DEV_15F3'] }, SYSTEM);
  looks.push(drivers().refresh(SYSTEM));
  expect(asked).toEqual(['any']);
  expect(driversReady(drivers())).toBe(false);
  first();
  await Promise.all(looks);
  expect(asked).toEqual(['any', 'ids']);
  expect(drivers().choice?.chosen).toHaveLength(1);
  expect(driversReady(drivers())).toBe(true);
});

test('a plan asks for sticks or an ISO, never both; another one starts with the same request', async () => {
  const asked: WinpeRequest[] = [];
  answers = {
    'media.inspectWinpe': () => WINPE_IMAGE,
    'drivers.choose': (wish: DriverWish) => ({ ...choiceOf(wish), system: null }),
    'plan.winpe': (request: WinpeRequest): WinpePlan => {
      asked.push(request);
      return { kind: 'winpe', id: 'p', createdAt: '', steps: [], ...winpePlanOf(request, []) };
    },
  };
  const wizard = useWinpe.getState;
  await wizard().inspect(` ${WINPE_IMAGE.location} `);
  expect(wizard().image).toEqual(WINPE_IMAGE);
  wizard().choose(['/dev/sda']);
  wizard().setOptions({ isoPath: '/srv/x.iso', keyboard: ' 0413:00020409 ', commands: ['echo klaar', ''], scratchMiB: 256 });
  useDriverChoice.getState().change({ folders: ['/srv/drivers'], allKinds: true }, SYSTEM);
  await wizard().makePlan();
  expect(asked[0]).toMatchObject({ source: WINPE_IMAGE.location, disks: ['/dev/sda'], iso: null, keyboard: '0413:00020409', region: null, commands: ['echo klaar'], scratchMiB: 256, allowSystemDisk: false });
  wizard().setOptions({ output: 'iso' });
  await wizard().makePlan();
  expect(asked[1]).toMatchObject({ disks: [], iso: { path: '/srv/x.iso', overwrite: false, hybrid: false } });
  const made = wizard().plan!;
  wizard().restart();
  expect(useDriverChoice.getState().folders).toEqual([]);
  wizard().again(made);
  expect(wizard()).toMatchObject({ step: 'destination', output: 'iso', isoPath: '', overwrite: false });
  wizard().setOptions({ isoPath: '/srv/x.iso' });
  await wizard().makePlan();
  expect(asked[2]).toEqual(asked[1]);
});
