import type { DiskUse } from '../facts.ts';
import type { LsblkDevice } from './lsblk.ts';
import { isSystemMount } from './mounts.ts';
import type { SysBlock } from './sysfs.ts';

/** What a device is when something stands on something else. */
export type LayerKind = 'disk' | 'part' | 'lvm' | 'crypt' | 'raid' | 'loop' | 'other';

export interface BlockNode {
  readonly name: string;
  readonly kind: LayerKind;
  readonly devno: string;
  /** Names of the devices directly under it. */
  readonly parents: Set<string>;
  readonly mountPoints: Set<string>;
  swap: boolean;
}

/** A mount with the devices under it. */
export interface TracedMount {
  readonly mountPoint: string;
  readonly devnos: readonly string[];
}

export interface GraphInput {
  readonly lsblk: readonly LsblkDevice[];
  readonly sys: readonly SysBlock[];
  readonly mounts: readonly TracedMount[];
  /** Device numbers under each swap in use. */
  readonly swaps: readonly string[];
  /** Device numbers under the file behind a loop device, by the loop's name. */
  readonly backing: ReadonlyMap<string, readonly string[]>;
}

/**
 * Who stands on whom: disks, partitions, and what LVM, RAID, encryption and
 * loop devices stack on them. Both the kernel's own view and lsblk's go in;
 * a use that only one of them knows counts.
 */
export class BlockGraph {
  readonly #nodes = new Map<string, BlockNode>();
  readonly #byDevno = new Map<string, BlockNode>();
  /** `/` was traced to a device that is in the graph. */
  readonly systemKnown: boolean;

  constructor(input: GraphInput) {
    for (const block of input.sys) {
      const node = this.#node(block.name, sysKind(block), block.devno);
      for (const slave of block.slaves) node.parents.add(slave);
      for (const part of block.partitions) this.#node(part.name, 'part', part.devno).parents.add(block.name);
      // Something holds it that is not itself listed (bcache, a multipath map): stacked all the same.
      for (const [under, holders] of [[block.name, block.holders], ...block.partitions.map((part) => [part.name, part.holders] as const)] as const) {
        for (const holder of holders) this.#node(holder, kindByName(holder), '').parents.add(under);
      }
    }
    this.#addLsblk(input.lsblk, null);
    for (const [loop, devnos] of input.backing) {
      for (const devno of devnos) {
        const under = this.#byDevno.get(devno);
        if (under && under.name !== loop) this.#nodes.get(loop)?.parents.add(under.name);
      }
    }
    for (const mount of input.mounts) for (const devno of mount.devnos) this.#byDevno.get(devno)?.mountPoints.add(mount.mountPoint);
    for (const devno of input.swaps) {
      const node = this.#byDevno.get(devno);
      if (node) node.swap = true;
    }
    this.systemKnown = [...this.#nodes.values()].some((node) => node.mountPoints.has('/') && this.#disksUnder(node.name).length > 0);
  }

  /** Uses by the name of the whole disk that carries them, through every layer. */
  uses(): Map<string, DiskUse[]> {
    const uses = new Map<string, DiskUse[]>();
    for (const node of this.#nodes.values()) {
      const own: DiskUse[] = [...node.mountPoints].map((where) => ({ kind: isSystemMount(where) ? 'system' : 'mounted', where }));
      if (node.swap) own.push({ kind: 'swap', where: node.name });
      // A map that exists holds what is under it, used or not; a loop device only when it is used itself.
      if (node.kind !== 'disk' && node.kind !== 'part' && node.kind !== 'loop') own.push({ kind: CROSSING[node.kind], where: node.name });
      for (const use of own) this.#carry(node, use, uses, new Set());
    }
    return uses;
  }

  /** Mount points of a device and of everything that stands on it. */
  mountPointsOn(name: string): string[] {
    const found = new Set<string>();
    for (const node of this.#nodes.values()) {
      if (node.mountPoints.size > 0 && (node.name === name || this.#under(node.name).has(name))) for (const point of node.mountPoints) found.add(point);
    }
    return [...found];
  }

  /** The whole disks (and loop devices) at and under the devices with these numbers. */
  disksUnder(devnos: readonly string[]): string[] {
    return [...new Set(devnos.flatMap((devno) => {
      const node = this.#byDevno.get(devno);
      return node ? this.#disksUnder(node.name) : [];
    }))];
  }

  #disksUnder(name: string): string[] {
    return [name, ...this.#under(name)].filter((each) => {
      const kind = this.#nodes.get(each)?.kind;
      return kind === 'disk' || kind === 'loop';
    });
  }

  #under(name: string): Set<string> {
    const found = new Set<string>();
    const queue = [name];
    for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
      for (const parent of this.#nodes.get(current)?.parents ?? []) {
        if (found.has(parent)) continue;
        found.add(parent);
        queue.push(parent);
      }
    }
    return found;
  }

  #carry(node: BlockNode, use: DiskUse, uses: Map<string, DiskUse[]>, seen: Set<string>): void {
    if (seen.has(node.name)) return;
    seen.add(node.name);
    if (node.kind === 'disk' || node.kind === 'loop') {
      const list = uses.get(node.name) ?? [];
      if (!list.some((known) => known.kind === use.kind && known.where === use.where)) list.push(use);
      uses.set(node.name, list);
    }
    for (const name of node.parents) {
      const parent = this.#nodes.get(name);
      if (parent) this.#carry(parent, crossing(node.kind, use), uses, seen);
    }
  }

  #node(name: string, kind: LayerKind, devno: string): BlockNode {
    let node = this.#nodes.get(name);
    if (!node || (node.devno === '' && devno !== '')) {
      node = { name, kind: node && kind === 'disk' ? node.kind : kind, devno, parents: node?.parents ?? new Set(), mountPoints: node?.mountPoints ?? new Set(), swap: node?.swap ?? false };
      this.#nodes.set(name, node);
    }
    if (devno) this.#byDevno.set(devno, node);
    return node;
  }

  #addLsblk(devices: readonly LsblkDevice[], parent: string | null): void {
    for (const device of devices) {
      const node = this.#node(device.name, lsblkKind(device.type), device.devno);
      if (parent !== null) node.parents.add(parent);
      for (const point of device.mountPoints) node.mountPoints.add(point);
      if (device.swap) node.swap = true;
      this.#addLsblk(device.children, device.name);
    }
  }
}

const CROSSING = { lvm: 'lvm', crypt: 'encrypted-in-use', raid: 'raid', loop: 'in-use', other: 'in-use' } as const;

/** What a use looks like one layer further down: the running system and swap stay what they are. */
function crossing(kind: LayerKind, use: DiskUse): DiskUse {
  if (kind === 'disk' || kind === 'part' || use.kind === 'system' || use.kind === 'swap') return use;
  // A partition on a RAID on a disk: the layer nearest to the disk is the one that matters to it.
  return { kind: CROSSING[kind], where: use.where };
}

function sysKind(block: SysBlock): LayerKind {
  if (block.name.startsWith('dm-')) {
    if (block.dmUuid.startsWith('LVM-')) return 'lvm';
    if (block.dmUuid.startsWith('CRYPT-')) return 'crypt';
    if (block.dmUuid.startsWith('DMRAID-')) return 'raid';
    // A partition on a map (kpartx).
    return /^part\d+-/.test(block.dmUuid) ? 'part' : 'other';
  }
  return kindByName(block.name);
}

function kindByName(name: string): LayerKind {
  if (/^md\d|^md_/.test(name)) return 'raid';
  if (/^loop\d/.test(name)) return 'loop';
  return /^(dm-|bcache)/.test(name) ? 'other' : 'disk';
}

function lsblkKind(type: string): LayerKind {
  if (type === 'disk' || type === 'part' || type === 'lvm' || type === 'crypt' || type === 'loop') return type;
  if (/^(raid|linear|md|dmraid|container)/.test(type)) return 'raid';
  return type === 'rom' ? 'disk' : 'other';
}
