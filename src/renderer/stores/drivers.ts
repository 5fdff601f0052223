import { create } from 'zustand';
import type { DriverArchitecture, DriversPlan, DriverSystem } from '../../contract/index.ts';
import { call } from '../bridge.ts';
import { typedDrivers, useDriverChoice, wantedDrivers } from './driver-choice.ts';
import { NOT_PLANNED, planningActions, type Planning, type PlanningActions } from './planning.ts';
import { useSettings } from './settings.ts';

export type DriversStep = 'disk' | 'drivers' | 'plan';

interface DriversOptions {
  /** What the stick starts; `stick`: what its files say. */
  readonly architecture: DriverArchitecture | 'stick';
  readonly eject: boolean;
}

interface DriversState extends DriversOptions, Planning<DriversPlan>, PlanningActions {
  readonly step: DriversStep;
  readonly disk: string | null;
  readonly goTo: (step: DriversStep) => void;
  readonly choose: (disk: string | null) => void;
  readonly setOptions: (options: Partial<DriversOptions>) => void;
  /** Empties the wizard. */
  readonly restart: () => void;
  /** The same drivers for another stick. */
  readonly again: (plan: DriversPlan) => void;
}

const FRESH = { step: 'disk', disk: null, architecture: 'stick', eject: true, ...NOT_PLANNED } as const;

export const systemAsked = (architecture: DriversOptions['architecture']): DriverSystem => ({ architecture: architecture === 'stick' ? null : architecture, build: null });

/** The wizard that brings the drivers of a stick up to date. */
export const useDrivers = create<DriversState>((set, get) => ({
  ...FRESH,
  goTo: (step) => set({ step }),
  choose: (disk) => set({ disk }),
  setOptions: (options) => set(options),
  restart: () => {
    useDriverChoice.getState().restart({ folders: useSettings.getState().settings.driverFolders });
    set(FRESH);
  },
  again: ({ wish, systemFrom, eject }) => {
    useDriverChoice.getState().restart(typedDrivers(wish));
    set({ ...FRESH, architecture: systemFrom === null ? wish.architecture : 'stick', eject });
  },
  ...planningActions<DriversPlan>(set, get, () => {
    const { disk, architecture, eject } = get();
    const wanted = wantedDrivers(useDriverChoice.getState());
    return call('plan.drivers', { disk: disk ?? '', wish: { folders: [], ...wanted, ...systemAsked(architecture) }, eject });
  }),
}));
