import { create } from 'zustand';
import type { PlainError, PreflightRequest, StickFirmware, WinpeImage, WinpePlan } from '../../contract/index.ts';
import { call } from '../bridge.ts';
import { typedDrivers, useDriverChoice, wantedDrivers } from './driver-choice.ts';
import { lookingAction } from './looking.ts';
import { NOT_PLANNED, planningActions, type Planning, type PlanningActions } from './planning.ts';
import { emptyRequest } from './preflight-requests.ts';
import { useSettings } from './settings.ts';

export type WinpeStep = 'image' | 'drivers' | 'destination' | 'check' | 'plan';

/** What can be set beside the source, the drivers and where it goes. */
interface WinpeOptions {
  readonly output: 'sticks' | 'iso';
  readonly isoPath: string;
  readonly overwrite: boolean;
  readonly hybrid: boolean;
  readonly firmware: StickFirmware;
  readonly label: string;
  readonly driversIn: 'medium' | 'image';
  readonly commands: readonly string[];
  readonly keyboard: string;
  readonly region: string;
  readonly language: string;
  readonly systemLocale: string;
  readonly timeZone: string;
  readonly extraFolder: string;
  readonly toolsFolder: string;
  readonly newLoaders: boolean;
  /** MB; null leaves it as it is. */
  readonly scratchMiB: number | null;
  readonly verify: boolean;
  readonly eject: boolean;
}

interface WinpeState extends WinpeOptions, Planning<WinpePlan>, PlanningActions {
  readonly step: WinpeStep;
  /** What stands in the field; `image` is what was found there. */
  readonly location: string;
  readonly inspecting: boolean;
  readonly image: WinpeImage | null;
  readonly imageError: PlainError | null;
  readonly disks: readonly string[];
  readonly goTo: (step: WinpeStep) => void;
  readonly setLocation: (location: string) => void;
  readonly inspect: (location: string) => Promise<void>;
  readonly choose: (disks: readonly string[]) => void;
  readonly setOptions: (options: Partial<WinpeOptions>) => void;
  /** Empties the wizard. */
  readonly restart: () => void;
  /** The same once more, from the question where it goes. */
  readonly again: (plan: WinpePlan) => void;
}

const FRESH = {
  step: 'image', location: '', inspecting: false, image: null, imageError: null, disks: [], output: 'sticks', isoPath: '', overwrite: false, hybrid: false, firmware: 'uefi', label: '',
  driversIn: 'medium', commands: [], keyboard: '', region: '', language: '', systemLocale: '', timeZone: '', extraFolder: '', toolsFolder: '', newLoaders: false, scratchMiB: null, verify: true, eject: true, ...NOT_PLANNED,
} as const;

const orNull = (typed: string): string | null => typed.trim() || null;

/** The wizard that makes WinPE sticks and ISOs. */
export const useWinpe = create<WinpeState>((set, get) => ({
  ...FRESH,
  goTo: (step) => set({ step }),
  setLocation: (location) => set({ location, image: null, imageError: null, inspecting: false }),
  inspect: lookingAction<WinpeState>(set, get, async (location) => ({ image: await call('media.inspectWinpe', { location }) }), (imageError) => ({ imageError })),
  choose: (disks) => set({ disks }),
  setOptions: (options) => set(options),
  restart: () => {
    useDriverChoice.getState().restart({ folders: useSettings.getState().settings.driverFolders });
    set(FRESH);
  },
  again: ({ image, request }) => {
    const { firmware, label, drivers, driversIn, commands, keyboard, region, language, systemLocale, timeZone, extraFolder, toolsFolder, newLoaders, scratchMiB, verify, eject, iso } = request;
    useDriverChoice.getState().restart(typedDrivers(drivers));
    set({
      ...FRESH, step: 'destination', location: image.location, image, output: iso ? 'iso' : 'sticks', isoPath: '', hybrid: iso?.hybrid ?? false, firmware, label, driversIn, commands,
      keyboard: keyboard ?? '', region: region ?? '', language: language ?? '', systemLocale: systemLocale ?? '', timeZone: timeZone ?? '', extraFolder: extraFolder ?? '', toolsFolder: toolsFolder ?? '', newLoaders, scratchMiB, verify, eject,
    });
  },
  ...planningActions<WinpePlan>(set, get, () => {
    const { location, disks, output, isoPath, overwrite, hybrid, firmware, label, driversIn, commands, keyboard, region, language, systemLocale, timeZone, extraFolder, toolsFolder, newLoaders, scratchMiB, verify, eject } = get();
    return call('plan.winpe', {
      source: location, disks: output === 'sticks' ? [...disks] : [], iso: output === 'iso' ? { path: isoPath.trim(), overwrite, hybrid } : null,
      firmware, label: label.trim(), drivers: wantedDrivers(useDriverChoice.getState()), driversIn, commands: commands.filter((line) => line.trim() !== ''),
      keyboard: orNull(keyboard), region: orNull(region), language: orNull(language), systemLocale: orNull(systemLocale), timeZone: orNull(timeZone), extraFolder: orNull(extraFolder), toolsFolder: orNull(toolsFolder),
      newLoaders, scratchMiB, verify, eject, allowSystemDisk: false,
    });
  }),
}));

/** What the checks have to know of these media. */
export const winpeChecks = ({ output, disks, isoPath }: Pick<WinpeState, 'output' | 'disks' | 'isoPath'>): PreflightRequest => ({
  ...emptyRequest('media'), ...(output === 'sticks' ? { targets: [...disks] } : { destination: isoPath.trim() || null }),
});
