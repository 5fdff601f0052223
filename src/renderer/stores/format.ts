import { create } from 'zustand';
import type { FormatPlan, FormatRequest, PreflightRequest } from '../../contract/index.ts';
import { call } from '../bridge.ts';
import { emptyRequest } from './preflight-requests.ts';
import { NOT_PLANNED, planningActions, type Planning, type PlanningActions } from './planning.ts';

export type FormatStep = 'disk' | 'format' | 'check' | 'plan';

interface FormatState extends Planning<FormatPlan>, PlanningActions {
  readonly step: FormatStep;
  readonly disk: string | null;
  readonly fileSystem: FormatRequest['fileSystem'];
  readonly label: string;
  readonly eject: boolean;
  readonly goTo: (step: FormatStep) => void;
  readonly choose: (disk: string | null) => void;
  readonly setOptions: (options: Partial<Pick<FormatState, 'fileSystem' | 'label' | 'eject'>>) => void;
  readonly restart: () => void;
}

const FRESH = { step: 'disk', disk: null, fileSystem: 'auto', label: '', eject: false, ...NOT_PLANNED } as const;

/** The wizard that makes a stick usable again. */
export const useFormat = create<FormatState>((set, get) => ({
  ...FRESH,
  goTo: (step) => set({ step }),
  choose: (disk) => set({ disk }),
  setOptions: (options) => set(options),
  restart: () => set(FRESH),
  ...planningActions<FormatPlan>(set, get, () => {
    const { disk, fileSystem, label, eject } = get();
    return call('plan.format', { disk: disk ?? '', fileSystem, label: label.trim(), eject, allowSystemDisk: false });
  }),
}));

/** What the checks have to know of this. */
export const formatChecks = ({ disk }: Pick<FormatState, 'disk'>): PreflightRequest => ({ ...emptyRequest('format'), targets: disk === null ? [] : [disk] });

/** FAT32 holds 11 characters, exFAT 15; the smaller one is what every system shows. */
export const LONGEST_LABEL = { fat32: 11, exfat: 15, auto: 11 } as const;
