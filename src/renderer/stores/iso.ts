import { create } from 'zustand';
import type { IsoFolder, IsoNames, IsoPlan, PlainError } from '../../contract/index.ts';
import { call } from '../bridge.ts';
import { lookingAction } from './looking.ts';
import { NOT_PLANNED, planningActions, type Planning, type PlanningActions } from './planning.ts';

export type IsoStep = 'folder' | 'boot' | 'destination' | 'plan';

/** What a machine with one kind of firmware starts: what was found in the folder, a file of the user's, or nothing. */
export type BootWish = 'found' | 'file' | 'none';

interface IsoOptions {
  readonly label: string;
  /** Nothing on it is to start a machine. */
  readonly plain: boolean;
  readonly bios: BootWish;
  readonly biosFile: string;
  readonly efi: BootWish;
  readonly efiFile: string;
  readonly bootInfo: boolean;
  readonly hybrid: boolean;
  readonly names: IsoNames;
  readonly udf: boolean;
  readonly destination: string;
  readonly overwrite: boolean;
}

export interface IsoState extends IsoOptions, Planning<IsoPlan>, PlanningActions {
  readonly step: IsoStep;
  /** The folder that stands in the field; `found` is what was found there. */
  readonly location: string;
  readonly inspecting: boolean;
  readonly found: IsoFolder | null;
  readonly folderError: PlainError | null;
  readonly goTo: (step: IsoStep) => void;
  readonly setLocation: (location: string) => void;
  readonly inspect: (location: string) => Promise<void>;
  readonly setOptions: (options: Partial<IsoOptions>) => void;
  /** Empties the wizard. */
  readonly restart: () => void;
  /** The same once more, from the folder on. */
  readonly again: (plan: IsoPlan) => Promise<void>;
}

const FRESH = {
  step: 'folder', location: '', inspecting: false, found: null, folderError: null, label: '', plain: false, bios: 'found', biosFile: '', efi: 'found', efiFile: '',
  bootInfo: false, hybrid: false, names: 'windows', udf: true, destination: '', overwrite: false, ...NOT_PLANNED,
} as const;

/** The wizard that makes an ISO of a folder. */
export const useIso = create<IsoState>((set, get) => ({
  ...FRESH,
  goTo: (step) => set({ step }),
  setLocation: (location) => set({ location, found: null, folderError: null, inspecting: false }),
  inspect: lookingAction<IsoState>(
    set, get,
    async (location) => {
      const found = await call('disc.inspectFolder', { folder: location });
      const { bios, efi } = found.boot;
      const starts = bios !== null || efi !== null;
      return { found, label: found.label, plain: !starts, hybrid: starts, bios: bios === null ? 'none' : 'found', efi: efi === null ? 'none' : 'found', bootInfo: false, names: 'windows' };
    },
    (folderError) => ({ folderError }),
  ),
  setOptions: (options) => set(options),
  restart: () => set(FRESH),
  again: async ({ folder, label, names = 'windows', udf, hybrid }) => {
    set(FRESH);
    await get().inspect(folder);
    if (get().found) set({ label, names, udf, hybrid });
  },
  ...planningActions<IsoPlan>(set, get, () => {
    const { location, destination, label, plain, bios, biosFile, efi, efiFile, bootInfo, hybrid, names, udf, overwrite } = get();
    const wish = (kind: BootWish, file: string): string | null => (plain || kind === 'none' ? 'none' : kind === 'file' ? file.trim() : null);
    return call('plan.iso', {
      folder: location, destination: destination.trim(), label: label.trim(), bios: wish(bios, biosFile), efi: wish(efi, efiFile),
      bootInfo: bootInfo && !plain, hybrid: hybrid && startsSomething(get()), names, udf, overwrite,
    });
  }),
}));

/** Whether any machine will start from the disc. */
export const startsSomething = ({ plain, bios, efi }: Pick<IsoState, 'plain' | 'bios' | 'efi'>): boolean => !plain && (bios !== 'none' || efi !== 'none');

/** Whether the folder can become a disc: its names are those of Windows, or the disc shall have those of Linux. */
export const namesAnswered = ({ found, names }: Pick<IsoState, 'found' | 'names'>): boolean => found !== null && (found.nameError === null || names === 'linux');

/** Whether the question what the disc starts is answered: a file is named where one is wanted. */
export const bootAnswered = ({ plain, bios, biosFile, efi, efiFile }: IsoState): boolean =>
  plain || ((bios !== 'none' || efi !== 'none') && (bios !== 'file' || biosFile.trim() !== '') && (efi !== 'file' || efiFile.trim() !== ''));
