import { create } from 'zustand';
import { driverSystem, type DriverWish, type PlainError, type PreflightRequest, type StickFirmware, type WindowsMediaInfo, type WindowsStickPlan } from '../../contract/index.ts';
import { call } from '../bridge.ts';
import { customisingOf, useCustomising } from './customising.ts';
import { emptyRequest } from './preflight-requests.ts';
import { lookingAction } from './looking.ts';
import { NOT_PLANNED, planningActions, type Planning, type PlanningActions } from './planning.ts';

export type WindowsStickStep = 'image' | 'customise' | 'disks' | 'check' | 'plan';

interface WindowsStickState extends Planning<WindowsStickPlan>, PlanningActions {
  readonly step: WindowsStickStep;
  /** What stands in the field; `media` is what was found there. */
  readonly location: string;
  readonly inspecting: boolean;
  readonly media: WindowsMediaInfo | null;
  readonly mediaError: PlainError | null;
  readonly firmware: StickFirmware;
  readonly label: string;
  /** Numbers of the Windows that go along; none: all of them. */
  readonly editions: readonly number[];
  /** Where an install image is packed anew; empty for the system's own. */
  readonly workFolder: string;
  /** A folder laid over the files of the disc; empty for none. */
  readonly extraFolder: string;
  /** A folder with driver packages; empty for none. */
  readonly driverFolder: string;
  readonly disks: readonly string[];
  readonly verify: boolean;
  readonly eject: boolean;
  readonly goTo: (step: WindowsStickStep) => void;
  readonly setLocation: (location: string) => void;
  readonly inspect: (location: string) => Promise<void>;
  readonly choose: (disks: readonly string[]) => void;
  readonly setOptions: (options: Partial<Pick<WindowsStickState, 'firmware' | 'label' | 'editions' | 'workFolder' | 'extraFolder' | 'driverFolder' | 'verify' | 'eject'>>) => void;
  /** Empties the wizard; `keepMedia` goes straight to the disks with the same ISO and answers. */
  readonly restart: (keepMedia: boolean) => void;
}

const FRESH = {
  step: 'image', location: '', inspecting: false, media: null, mediaError: null, firmware: 'uefi', label: '', editions: [], workFolder: '', extraFolder: '', driverFolder: '', disks: [], verify: true, eject: true, ...NOT_PLANNED,
} as const;

/** The wizard that makes Windows installation sticks. */
export const useWindowsStick = create<WindowsStickState>((set, get) => ({
  ...FRESH,
  goTo: (step) => set({ step }),
  setLocation: (location) => set({ location, media: null, mediaError: null, inspecting: false }),
  inspect: lookingAction<WindowsStickState>(set, get, async (location) => {
    const media = await call('media.inspectWindows', { location });
    // A disc that only a BIOS starts makes a stick for a BIOS.
    return { media, editions: [], firmware: media.uefi.length > 0 || !media.bios ? 'uefi' : 'bios' };
  }, (mediaError) => ({ mediaError })),
  choose: (disks) => set({ disks }),
  setOptions: (options) => set(options),
  restart: (keepMedia) => {
    if (keepMedia && get().media) return set({ step: 'disks', disks: [], ...NOT_PLANNED });
    useCustomising.getState().restart();
    set(FRESH);
  },
  ...planningActions<WindowsStickPlan>(set, get, () => {
    const { location, disks, firmware, label, editions, workFolder, extraFolder, verify, eject } = get();
    const drivers = driversOf(get());
    return call('plan.windowsStick', {
      location, disks: [...disks], firmware, label: label.trim(), editions: editions.length > 0 ? [...editions] : null, workFolder: workFolder.trim() || null, extraFolder: extraFolder.trim() || null, customising: customisingOf(useCustomising.getState()), drivers, verify, eject, allowSystemDisk: false,
    });
  }),
}));

/** The newest storage and network drivers of the folder that fit the Windows on the disc. */
function driversOf({ driverFolder, media }: Pick<WindowsStickState, 'driverFolder' | 'media'>): DriverWish | null {
  const folder = driverFolder.trim();
  if (folder === '') return null;
  return { folders: [folder], ...driverSystem(media?.editions[0]), kinds: ['storage', 'network'], machines: { kind: 'any' } };
}

/** What certainly goes on a stick, in bytes. How large fewer editions get, the plan tells. */
export function leastBytes({ media, editions }: Pick<WindowsStickState, 'media' | 'editions'>): number | null {
  return media && media.bytes - (editions.length > 0 ? media.installs.reduce((sum, { size }) => sum + size, 0) : 0);
}

/** What the checks have to know of these sticks. */
export const windowsStickChecks = ({ disks }: Pick<WindowsStickState, 'disks'>): PreflightRequest => ({ ...emptyRequest('media'), targets: [...disks] });
