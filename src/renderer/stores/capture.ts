import { create } from 'zustand';
import type { CapturePlan, CaptureRequest, CheckResult, Partition, PlainError, PreflightRequest, RemedyAction, UnfinishedCapture } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';
import { inFolder } from '../formatting/paths.ts';
import { alsoChosen, chosenNumbers } from './choosable.ts';
import { imageFolders } from './library.ts';
import { NOT_PLANNED, planningActions, type Planning, type PlanningActions } from './planning.ts';
import { emptyRequest } from './preflight-requests.ts';
import { useSettings } from './settings.ts';

export type CaptureStep = 'disk' | 'partitions' | 'destination' | 'check' | 'plan';

type CaptureOptions = Pick<CaptureRequest, 'compression' | 'memory' | 'bytesPerSecond' | 'partBytes' | 'description' | 'leaveOutSwapFiles' | 'parent' | 'gptCopy' | 'resume' | 'overwrite'>;

interface CaptureState extends Planning<CapturePlan>, PlanningActions, CaptureOptions {
  readonly step: CaptureStep;
  readonly disk: string | null;
  /** Numbers, null for all of them. */
  readonly partitions: readonly number[] | null;
  readonly folder: string;
  /** Without its extension. */
  readonly name: string;
  /** The user typed the name: no suggestion replaces it. */
  readonly named: boolean;
  readonly nameError: PlainError | null;
  readonly purpose: string;
  /** The image is meant for other machines too. */
  readonly manyMachines: boolean;
  /** The user chose the level of memory: no recommendation replaces it. */
  readonly memoryChosen: boolean;
  /** What the check of the name says, as it is typed. */
  readonly nameResults: readonly CheckResult[];
  /** An interrupted capture that would become this image. */
  readonly unfinished: UnfinishedCapture | null;
  readonly goTo: (step: CaptureStep) => void;
  readonly choose: (disk: string) => void;
  readonly choosePartitions: (partitions: readonly number[] | null) => void;
  readonly chooseFolder: (folder: string) => void;
  readonly setName: (name: string) => void;
  readonly setPurpose: (purpose: string) => void;
  readonly setOptions: (options: Partial<CaptureOptions>) => void;
  readonly setManyMachines: (manyMachines: boolean) => void;
  readonly recommend: (memory: CaptureOptions['memory']) => void;
  /** Asks for a name by the template, unless the user gave one. */
  readonly suggest: () => Promise<void>;
  /** Goes to the destination of an interrupted capture, to go on with it. */
  readonly takeUp: (capture: UnfinishedCapture, disk: string) => void;
  readonly restart: () => void;
}

const FRESH = {
  step: 'disk', disk: null, partitions: null, folder: '', name: '', named: false, nameError: null, purpose: '', manyMachines: false, memoryChosen: false, nameResults: [], unfinished: null,
  compression: 'balanced', memory: 'medium', bytesPerSecond: 0, partBytes: 0, description: '', leaveOutSwapFiles: true, parent: null, gptCopy: null,
  resume: false, overwrite: false, ...NOT_PLANNED,
} as const;

/** The largest file that FAT32 holds, whole MiB. Bytes. */
export const FAT32_PART_BYTES = 4095 * 1024 * 1024;

const EXTENSION = /\.qcow2$/i;

/** Where the image goes. */
export const destinationOf = ({ folder, name }: Pick<CaptureState, 'folder' | 'name'>): string => inFolder(folder, `${name.trim().replace(EXTENSION, '')}.qcow2`);

/** The wizard that makes an image of a disk. */
export const useCapture = create<CaptureState>((set, get) => {
  let newest = 0;
  const place = (change: Partial<CaptureState>) => set({ ...change, unfinished: null, resume: false, overwrite: false });
  /** Looks whether an interrupted capture lies at the destination. */
  const look = async (): Promise<void> => {
    const mine = ++newest;
    const destination = destinationOf(get());
    if (get().folder === '' || get().name.trim() === '') return;
    const unfinished = await call('capture.unfinished', { destination }).catch(() => null);
    if (mine === newest) set({ unfinished });
  };
  return {
    ...FRESH,
    goTo: (step) => set({ step }),
    choose: (disk) => {
      if (disk !== get().disk) set({ ...FRESH, disk, folder: get().folder, step: get().step });
    },
    choosePartitions: (partitions) => set({ partitions }),
    chooseFolder: (folder) => {
      place({ folder });
      void get().suggest();
    },
    setName: (name) => {
      place({ name, named: name.trim() !== '', nameError: null });
      void look();
    },
    setPurpose: (purpose) => {
      set({ purpose });
      void get().suggest();
    },
    setOptions: (options) => set({ ...options, ...(options.memory ? { memoryChosen: true } : {}) }),
    setManyMachines: (manyMachines) => set({ manyMachines }),
    recommend: (memory) => {
      if (!get().memoryChosen) set({ memory });
    },
    suggest: async () => {
      const { disk, folder, purpose, named } = get();
      if (named || disk === null || folder === '') return look();
      const mine = ++newest;
      try {
        const { name } = await call('capture.suggestName', { disk, folder, purpose: purpose.trim(), template: useSettings.getState().settings.nameTemplate });
        if (mine === newest) place({ name: name.replace(EXTENSION, ''), nameError: null });
      } catch (thrown) {
        if (mine === newest) set({ nameError: toPlainError(thrown) });
      }
    },
    takeUp: (capture, disk) => {
      const cut = Math.max(capture.path.lastIndexOf('/'), capture.path.lastIndexOf('\\'));
      set({ ...FRESH, disk, folder: capture.path.slice(0, cut), name: capture.path.slice(cut + 1).replace(EXTENSION, ''), named: true, unfinished: capture, resume: true, step: 'partitions' });
    },
    restart: () => set({ ...FRESH, folder: get().folder }),
    ...planningActions<CapturePlan>(set, get, () => {
      const { disk, partitions, purpose, description, compression, memory, bytesPerSecond, partBytes, leaveOutSwapFiles, parent, gptCopy, resume, overwrite } = get();
      return call('plan.capture', {
        disk: disk ?? '', partitions: partitions && [...partitions], destination: destinationOf(get()), folders: imageFolders(), purpose: purpose.trim(), description: description.trim(),
        compression, memory, bytesPerSecond, partBytes, leaveOutSwapFiles, parent, gptCopy, resume, overwrite,
      });
    }),
  };
});

/** What is missed when these partitions are left out: the plain warnings of the choice. */
export function leftOutRisks(partitions: readonly Partition[], chosen: readonly number[] | null): ('os' | 'efi')[] {
  if (chosen === null) return [];
  const out = partitions.filter(({ number }) => !chosen.includes(number));
  const takesOs = partitions.some(({ number, role }) => role === 'os' && chosen.includes(number));
  return [
    ...(out.some(({ role }) => role === 'os') ? ['os' as const] : []),
    ...(takesOs && out.some(({ role }) => role === 'efi-system' || role === 'system-reserved' || role === 'bios-boot') ? ['efi' as const] : []),
  ];
}

/** What the checks have to know of this capture. */
export const captureChecks = (state: CaptureState): PreflightRequest => ({
  ...emptyRequest('capture'),
  sources: state.disk === null ? [] : [{ disk: state.disk, partitions: state.partitions && [...state.partitions] }],
  destination: state.folder === '' || state.name.trim() === '' ? null : destinationOf(state),
  parent: state.parent, purpose: state.purpose.trim(), compression: state.compression, partBytes: state.partBytes, manyMachines: state.manyMachines,
});

/** Does what a remedy that is a choice of this wizard says. */
export function chooseForCapture(action: RemedyAction, partitions: readonly Partition[]): void {
  const { partitions: chosen, choosePartitions, setName, setOptions } = useCapture.getState();
  switch (action.id) {
    case 'take-partitions': return choosePartitions(alsoChosen(chosen, partitions, action.numbers));
    case 'leave-out-partitions': return choosePartitions(chosenNumbers(chosen, partitions).filter((number) => !action.numbers.includes(number)));
    case 'rename': return setName(action.name);
    case 'split': return setOptions({ partBytes: action.bytes });
    case 'memory-level': return setOptions({ memory: action.level });
    // These the checks carry out themselves.
    case 'decrypt':
    case 'defragment':
    case 'hibernation-off':
    case 'repair-file-system':
    case 'scan':
    case 'trim':
    case 'wait-until-quiet': return undefined;
  }
}
