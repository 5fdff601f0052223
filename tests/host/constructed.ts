import { assemble, type Assembled } from '../../src/host/linux/assemble.ts';
import { parseLsblk } from '../../src/host/linux/lsblk.ts';
import { classify } from '../../src/host/classify.ts';
import type { DiskFacts } from '../../src/host/facts.ts';
import type { Verdict } from '../../src/contract/index.ts';

/** A device of lsblk's JSON, constructed from its documentation and from outputs of such systems; not recorded. */
export interface Shape {
  readonly name: string;
  readonly type?: string;
  readonly size?: number;
  readonly tran?: string | null;
  readonly rm?: boolean;
  readonly hotplug?: boolean;
  readonly ro?: boolean;
  readonly model?: string;
  readonly serial?: string;
  readonly pttype?: string;
  readonly fstype?: string;
  readonly mountpoints?: readonly string[];
  readonly children?: readonly Shape[];
}

let minor = 0;

function device(shape: Shape): Record<string, unknown> {
  const { children, mountpoints, ...rest } = shape;
  return {
    kname: shape.name, 'maj:min': `8:${minor++}`, type: 'disk', size: 32e9, tran: null, rm: false, hotplug: false, ro: false, 'log-sec': 512, 'phy-sec': 512,
    ...rest,
    mountpoints: mountpoints ?? [null],
    ...(children ? { children: children.map(device) } : {}),
  };
}

export const lsblkJson = (shapes: readonly Shape[]): string => JSON.stringify({ blockdevices: shapes.map(device) });

/** What becomes of a listing when lsblk is the only one who answers. */
export function fromLsblk(json: string): Assembled {
  return assemble({ lsblk: parseLsblk(json), drives: null, sys: [], mounts: [], swaps: [], backing: new Map() });
}

export function verdicts(assembled: Assembled): Record<string, Verdict> {
  return Object.fromEntries(assembled.disks.map((facts) => [facts.path, classify(facts, assembled)]));
}

export const codes = (verdict: Verdict | undefined): string[] => verdict?.reasons.map((reason) => reason.code) ?? [];

export const stick: DiskFacts = {
  id: '/dev/sdb', path: '/dev/sdb', practice: false, model: 'SanDisk Ultra', serial: '4C53', size: 32e9, bus: 'usb', removable: true, readOnly: false,
  logicalSectorSize: 512, physicalSectorSize: 512, table: 'none', partitions: [], uses: [], medium: true, optical: false, hotplug: true, soldered: false,
};
