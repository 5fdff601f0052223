import { create } from 'zustand';
import type { Disk, PreflightRequest, ReadPlan } from '../../contract/index.ts';
import { call } from '../bridge.ts';
import { emptyRequest } from './preflight-requests.ts';
import { NOT_PLANNED, planningActions, type Planning, type PlanningActions } from './planning.ts';

export type ReadStep = 'disk' | 'destination' | 'check' | 'plan';

interface ReadState extends Planning<ReadPlan>, PlanningActions {
  readonly step: ReadStep;
  readonly disk: string | null;
  readonly destination: string;
  readonly format: 'raw' | 'zstd';
  readonly overwrite: boolean;
  readonly goTo: (step: ReadStep) => void;
  readonly choose: (disk: string | null) => void;
  readonly setOptions: (options: Partial<Pick<ReadState, 'destination' | 'format' | 'overwrite'>>) => void;
  readonly restart: () => void;
}

const FRESH = { step: 'disk', disk: null, destination: '', format: 'zstd', overwrite: false, ...NOT_PLANNED } as const;

/** The wizard that reads a stick into an image. */
export const useRead = create<ReadState>((set, get) => ({
  ...FRESH,
  goTo: (step) => set({ step }),
  choose: (disk) => set({ disk }),
  setOptions: (options) => set(options),
  restart: () => set(FRESH),
  ...planningActions<ReadPlan>(set, get, () => {
    const { disk, destination, format, overwrite } = get();
    return call('plan.read', { disk: disk ?? '', destination: destination.trim(), format, overwrite });
  }),
}));

/** What the checks have to know of this. */
export const readChecks = ({ disk, destination, format }: Pick<ReadState, 'disk' | 'destination' | 'format'>): PreflightRequest => ({
  ...emptyRequest('read'), sources: disk === null ? [] : [{ disk, partitions: null }], destination: destination.trim() || null, compression: format === 'raw' ? 'none' : 'balanced',
});

/** A file name from a disk's model: `sandisk-ultra.img.zst`. */
export function suggestedName(disk: Disk | undefined, format: 'raw' | 'zstd'): string {
  const stem = (disk?.model ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'disk';
  return `${stem}.img${format === 'zstd' ? '.zst' : ''}`;
}
