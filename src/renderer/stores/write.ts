import { create } from 'zustand';
import type { ImageInfo, PlainError, PreflightRequest, WritePlan } from '../../contract/index.ts';
import { call } from '../bridge.ts';
import { readTypedChecksum } from '../formatting/checksum.ts';
import { emptyRequest } from './preflight-requests.ts';
import { lookingAction } from './looking.ts';
import { NOT_PLANNED, planningActions, type Planning, type PlanningActions } from './planning.ts';

export type WriteStep = 'image' | 'disks' | 'check' | 'plan';

interface WriteState extends Planning<WritePlan>, PlanningActions {
  readonly step: WriteStep;
  /** What stands in the field; `image` is what was found there. */
  readonly location: string;
  readonly inspecting: boolean;
  readonly image: ImageInfo | null;
  readonly imageError: PlainError | null;
  readonly checksum: string;
  readonly disks: readonly string[];
  readonly verify: boolean;
  readonly eject: boolean;
  readonly goTo: (step: WriteStep) => void;
  readonly setLocation: (location: string) => void;
  readonly inspect: (location: string) => Promise<void>;
  readonly setChecksum: (checksum: string) => void;
  readonly choose: (disks: readonly string[]) => void;
  readonly setOptions: (options: Partial<{ verify: boolean; eject: boolean }>) => void;
  /** Empties the wizard; `keepImage` goes straight to the disks with the same image. */
  readonly restart: (keepImage: boolean) => void;
}

const FRESH = {
  step: 'image', location: '', inspecting: false, image: null, imageError: null, checksum: '', disks: [], verify: true, eject: true, ...NOT_PLANNED,
} as const;

/** The wizard that writes an image. */
export const useWrite = create<WriteState>((set, get) => ({
  ...FRESH,
  goTo: (step) => set({ step }),
  setLocation: (location) => set({ location, image: null, imageError: null, checksum: '', inspecting: false }),
  inspect: lookingAction<WriteState>(set, get, async (location) => ({ image: await call('image.inspect', { location }) }), (imageError) => ({ imageError })),
  setChecksum: (checksum) => set({ checksum }),
  choose: (disks) => set({ disks }),
  setOptions: (options) => set(options),
  restart: (keepImage) => set(keepImage && get().image ? { step: 'disks', disks: [], ...NOT_PLANNED } : FRESH),
  ...planningActions<WritePlan>(set, get, async () => {
    const { location, disks, verify, eject, checksum } = get();
    const plan = await call('plan.write', { location, disks: [...disks], verify, eject, checksum: checksum.trim(), allowSystemDisk: false });
    return plan;
  }),
}));

/** Only these refusals are certain; an image of unknown kind may still be written. */
export function refusalOf(image: ImageInfo): PlainError | null {
  const code = image.kind === 'windows-iso' ? 'image-windows-iso' : image.kind === 'plain-iso' ? 'image-not-hybrid-iso' : null;
  return code && { code, params: { name: image.name, label: image.label }, retryable: false, place: null, detail: '' };
}

export function imageIsReady(state: Pick<WriteState, 'image' | 'checksum'>): boolean {
  return state.image !== null && refusalOf(state.image) === null && readTypedChecksum(state.checksum).kind !== 'invalid';
}

/** What the checks have to know of this write. */
export const writeChecks = ({ location, disks }: Pick<WriteState, 'location' | 'disks'>): PreflightRequest => ({ ...emptyRequest('write'), targets: [...disks], image: location });
