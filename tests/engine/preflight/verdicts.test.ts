import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  acceptanceName, CHECK_IDS, CHECKED_JOBS, CHECKS, checksFor, gaveNoAnswer, judge, missing, THRESHOLDS, thresholdsWith, CHECK_VERDICTS,
  type CheckContext, type CheckFacts, type CheckId, type CheckResult, type ImageNameFacts, type PowerSupply, type Thresholds,
} from '../../../native-free-engine/index.ts';
import { checkedJobSchema, checkIdSchema, checkResultSchema, checkTextKey, checkVerdictSchema } from '../../../src/contract/index.ts';
import { absent, context, destination, disk, gone, imaged, is, mute, part, selection, target, volume, well, windows } from './constructed.ts';

interface Case<C extends CheckId> {
  readonly facts: CheckFacts[C];
  /** `verdict code` of each result, the worst first come as they come. */
  readonly says: readonly string[];
  readonly context?: Partial<CheckContext>;
  readonly limits?: Partial<Thresholds>;
}

const supply = (kind: PowerSupply['kind'], more: Partial<PowerSupply> = {}): PowerSupply => ({ name: kind, kind, online: null, charge: 80, state: 'discharging', minutesLeft: 300, ...more });
const mains = (online: boolean): PowerSupply => supply('mains', { online, charge: null, state: 'unknown', minutesLeft: null });
const day = 86_400_000;
const built = Date.UTC(2026, 10, 29);
const of = <T extends object>(...about: readonly T[]): { volumes: (T & { volume: typeof volume })[]; unreadable: never[] } => ({ volumes: about.map((each) => ({ volume, ...each })), unreadable: [] });
const wanted = { end: 400e9, usedBytes: 50e9, sectorSize: 512, table: 'gpt' } as const;
const named = (more: Partial<ImageNameFacts> = {}): CheckFacts['image-name'] => ({ name: is({ name: 'pc-1', suggested: 'pc-1', invalid: '', meaningless: false, taken: [], parent: null, ...more }) });
const parent = { now: 'monday.qcow2', before: 'monday.qcow2', overwritten: false, copies: [] };
const luks = { kind: 'luks', state: 'encrypted', percent: null, unlocked: false } as const;
const bitlocker = { kind: 'bitlocker', state: 'encrypted', percent: 100, unlocked: true } as const;

const CASES: { readonly [C in CheckId]: readonly Case<C>[] } = {
  'power': [
    { facts: { supplies: is([]) }, says: ['fine no-battery'] },
    { facts: { supplies: is([mains(true), supply('battery', { state: 'charging' })]) }, says: ['fine mains'] },
    { facts: { supplies: is([supply('battery', { state: 'full' })]) }, says: ['fine mains'] },
    { facts: { supplies: is([mains(false), supply('battery')]) }, says: ['warning on-battery'] },
    // Two batteries: one rests while the other is drawn from.
    { facts: { supplies: is([mains(false), supply('battery', { charge: 60 }), supply('battery', { charge: 20, state: 'unknown', minutesLeft: null })]) }, says: ['warning on-battery'] },
    { facts: { supplies: is([mains(false), supply('battery', { minutesLeft: 40 })]) }, says: ['warning battery-too-short'] },
    { facts: { supplies: is([mains(false), supply('battery', { charge: 10 })]) }, says: ['stop battery-low'] },
    { facts: { supplies: is([supply('ups')]) }, says: ['warning on-ups'] },
    { facts: { supplies: is([supply('ups', { minutesLeft: 20 })]) }, says: ['warning ups-too-short'] },
    { facts: { supplies: is([supply('ups', { charge: 5 })]) }, says: ['stop ups-low'] },
    { facts: { supplies: is([mains(false), supply('battery', { charge: 10 })]) }, limits: { batteryStop: 5 }, says: ['warning on-battery'] },
    // Nothing says that it gives or takes power, or what there is of mains does not.
    { facts: { supplies: is([supply('battery', { state: 'unknown' })]) }, says: ['unknown missing-unsupported'] },
    { facts: { supplies: is([{ ...mains(true), online: null }, supply('battery', { state: 'unknown' })]) }, says: ['unknown missing-unsupported'] },
    { facts: { supplies: is([{ ...mains(true), online: null }, supply('battery')]) }, says: ['warning on-battery'] },
    // A laptop behind a UPS: its adapter gets power, of which there will soon be none.
    { facts: { supplies: is([mains(true), supply('battery', { state: 'full', charge: 100, minutesLeft: null }), supply('ups', { charge: 30 })]) }, says: ['warning on-ups'] },
    { facts: { supplies: is([mains(true), supply('battery', { state: 'full', charge: 100, minutesLeft: null }), supply('ups', { charge: 5, minutesLeft: 2 })]) }, says: ['warning ups-too-short'] },
    { facts: { supplies: is([mains(true), supply('battery', { state: 'discharging' })]) }, says: ['fine mains'] },
    { facts: { supplies: gone }, says: ['unknown missing-timed-out'] },
  ],
  'clock': [
    { facts: { now: built + day, built, synchronised: is(true) }, says: ['fine plausible'] },
    { facts: { now: Date.UTC(1979, 11, 31), built, synchronised: gone }, says: ['warning before-1980'] },
    { facts: { now: Number.NaN, built, synchronised: absent }, says: ['warning before-1980'] },
    { facts: { now: built - 2 * day, built, synchronised: is(false) }, says: ['warning behind'] },
    { facts: { now: built + 10_000 * day, built, synchronised: is(false) }, says: ['warning ahead'] },
  ],
  'firmware': [
    { facts: { firmware: is('uefi'), secureBoot: is(true) }, says: ['fine uefi-secure'] },
    { facts: { firmware: is('uefi'), secureBoot: is(false) }, says: ['fine uefi-not-secure'] },
    { facts: { firmware: is('uefi'), secureBoot: gone }, says: ['fine uefi'] },
    { facts: { firmware: is('bios'), secureBoot: absent }, says: ['fine bios'] },
    { facts: { firmware: is('bios'), secureBoot: absent }, context: { wanted }, says: ['advice gpt-on-bios'] },
    { facts: { firmware: is('uefi'), secureBoot: is(false) }, context: { wanted: { ...wanted, table: 'mbr' } }, says: ['advice mbr-on-uefi'] },
    { facts: { firmware: gone, secureBoot: gone }, says: ['unknown missing-timed-out'] },
  ],
  'memory': [
    { facts: { memory: is({ total: 16e9, available: 8e9 }) }, says: ['fine level-high'] },
    { facts: { memory: is({ total: 4e9, available: 1e9 }) }, says: ['fine level-medium'] },
    { facts: { memory: is({ total: 2e9, available: 5e8 }) }, says: ['advice level-low'] },
    { facts: { memory: is({ total: 1e9, available: 1e8 }) }, says: ['warning too-little'] },
    { facts: { memory: gone }, says: ['unknown missing-timed-out'] },
  ],
  'updates': [
    { facts: { systems: [] }, says: ['fine no-system'] },
    { facts: { systems: [{ volume: null, probes: [{ probe: 'reboot', found: is([]) }] }] }, says: ['fine nothing'] },
    ...(['reboot', 'updates', 'installer', 'file-renames', 'computer-name', 'domain-join'] as const).map((probe) => ({ facts: { systems: [{ volume, probes: [{ probe, found: is(['x']) }, { probe: 'reboot' as const, found: is([]) }] }] }, says: [`warning ${probe}`] })),
    { facts: { systems: [{ volume: null, probes: [{ probe: 'reboot', found: is(['linux-image']) }, { probe: 'updates', found: gone }] }] }, says: ['warning reboot', 'unknown missing-timed-out'] },
  ],
  'external-devices': [
    { facts: { devices: is([{ name: 'Keyboard', kind: 'input', diskId: null }, { name: 'Target', kind: 'storage', diskId: '/dev/sdb' }]) }, says: ['fine none'] },
    { facts: { devices: is([{ name: 'Printer', kind: 'printer', diskId: null }]) }, says: ['advice attached'] },
    { facts: { devices: is([{ name: 'Stick', kind: 'storage', diskId: null }]) }, says: ['advice storage'] },
    ...(['network', 'camera', 'phone', 'hub', 'audio', 'other'] as const).map((kind) => ({ facts: { devices: is([{ name: 'x', kind, diskId: null }]) }, says: [kind === 'hub' || kind === 'audio' ? 'fine none' : 'advice attached'] })),
    { facts: { devices: gone }, says: ['unknown missing-timed-out'] },
  ],
  'hidden-disks': [
    { facts: { internalDisks: 1, controllers: is(['Intel RST/VMD (8086:9a0b)']) }, says: ['fine present'] },
    { facts: { internalDisks: 0, controllers: is(['Intel RST/VMD (8086:9a0b)']) }, says: ['warning behind-raid'] },
    { facts: { internalDisks: 0, controllers: is([]) }, says: ['advice none'] },
    { facts: { internalDisks: 0, controllers: gone }, says: ['unknown missing-timed-out'] },
  ],
  'smart': [
    { facts: { disks: [{ disk, health: is(well) }] }, says: ['fine healthy'] },
    { facts: { disks: [{ disk, health: is(well) }, { disk, health: is(well) }] }, says: ['fine all-healthy'] },
    { facts: { disks: [] }, says: ['fine not-applicable'] },
    { facts: { disks: [{ disk, health: is(mute) }] }, says: ['unknown says-nothing'] },
    { facts: { disks: [{ disk, health: gone }, { disk, health: is(well) }] }, says: ['unknown missing-timed-out', 'fine all-healthy'] },
    ...([
      [{ passed: false }, 'warning failing'], [{ pending: 1 }, 'warning unreadable-sectors'], [{ offlineUncorrectable: 2 }, 'warning unreadable-sectors'], [{ criticalWarning: 4 }, 'warning critical'],
      [{ reportedUncorrectable: 1 }, 'warning media-errors'], [{ mediaErrors: 3 }, 'warning media-errors'], [{ reallocated: 80 }, 'warning reallocated-many'], [{ availableSpare: 5, spareThreshold: 10 }, 'warning spare-low'],
      [{ percentageUsed: 120 }, 'warning worn-out'], [{ reallocated: 3 }, 'advice reallocated'], [{ percentageUsed: 95 }, 'advice worn'], [{ commandTimeouts: 200 }, 'advice timeouts'], [{ temperature: 65 }, 'advice hot'],
    ] as const).map(([change, says]) => ({ facts: { disks: [{ disk, health: is({ ...well, ...change }) }] }, says: [says] })),
  ],
  'activity': [
    { facts: { disks: [{ disk, activity: is({ seconds: 2, busy: 2, bytesPerSecond: 1e5 }) }] }, says: ['fine quiet'] },
    { facts: { disks: [1, 2].map(() => ({ disk, activity: is({ seconds: 2, busy: 2, bytesPerSecond: 1e5 }) })) }, says: ['fine all-quiet'] },
    { facts: { disks: [{ disk, activity: is({ seconds: 2, busy: 20, bytesPerSecond: 1e7 }) }] }, says: ['advice some'] },
    { facts: { disks: [{ disk, activity: is({ seconds: 2, busy: null, bytesPerSecond: 1e8 }) }] }, says: ['advice some'] },
    { facts: { disks: [{ disk, activity: is({ seconds: 2, busy: 90, bytesPerSecond: 1e8 }) }] }, says: ['warning busy'] },
    { facts: { disks: [{ disk, activity: gone }] }, says: ['unknown missing-timed-out'] },
  ],
  'file-system': [
    { facts: of({ conditions: is([]) }), says: ['fine clean'] },
    { facts: of({ conditions: is([]) }, { conditions: is([]) }), says: ['fine all-clean'] },
    { facts: of({ conditions: is(['dirty', 'journal']) }), says: ['warning dirty'] },
    { facts: of({ conditions: is(['journal']) }), says: ['warning journal'] },
    { facts: { volumes: [{ volume: { ...volume, mountPoints: ['/'] }, conditions: is(['journal']) }], unreadable: [] }, says: ['fine in-use'] },
    { facts: of({ conditions: gone }), says: ['unknown missing-timed-out'] },
    // A disk that could not be looked at is not a disk without faults.
    { facts: { volumes: [], unreadable: [disk] }, says: ['unknown missing-no-rights'] },
  ],
  'encryption': [
    { facts: { ...of({ encryption: is({ kind: 'none', state: 'off', percent: null, unlocked: true }) }), byPolicy: absent }, says: ['fine none'] },
    { facts: { ...of(...[1, 2].map(() => ({ encryption: is({ kind: 'none', state: 'off', percent: null, unlocked: true } as const) }))), byPolicy: is(true) }, says: ['fine all-plain', 'advice by-policy'] },
    { facts: { ...of({ encryption: is(luks) }), byPolicy: absent }, says: ['warning luks-locked'] },
    { facts: { ...of({ encryption: is({ ...luks, unlocked: true, mapper: '/dev/mapper/crypt' }) }), byPolicy: absent }, says: ['warning luks-unlocked'] },
    { facts: { ...of({ encryption: is({ ...luks, kind: 'filevault' }) }), byPolicy: absent }, says: ['warning filevault-locked'] },
    { facts: { ...of({ encryption: is(bitlocker) }), byPolicy: is(true) }, says: ['warning bitlocker-unlocked'] },
    { facts: { ...of({ encryption: is({ ...bitlocker, unlocked: false }) }), byPolicy: absent }, says: ['warning bitlocker-locked'] },
    { facts: { ...of({ encryption: is({ ...bitlocker, state: 'suspended' }) }), byPolicy: absent }, says: ['warning suspended'] },
    ...(['encrypting', 'decrypting', 'paused'] as const).map((state) => ({ facts: { ...of({ encryption: is({ ...bitlocker, state }) }), byPolicy: absent }, says: [`stop ${state}`] })),
    { facts: { ...of({ encryption: gone }), byPolicy: gone }, says: ['unknown missing-timed-out'] },
  ],
  'hibernation': [
    { facts: of({ asleep: is(false), fastStartup: is(false) }), says: ['fine awake'] },
    { facts: of(...[1, 2].map(() => ({ asleep: is(false), fastStartup: absent }))), says: ['fine none'] },
    { facts: of({ asleep: is(false), fastStartup: is(true) }), says: ['advice fast-startup'] },
    { facts: of({ asleep: is(true), fastStartup: gone }), says: ['stop asleep'] },
    { facts: of({ asleep: gone, fastStartup: gone }), says: ['unknown missing-timed-out'] },
  ],
  'os-partitions': [
    { facts: selection('gpt', part(1, 'efi-system'), part(2, 'microsoft-reserved'), part(3, 'os'), part(4, 'recovery'), part(5, 'data', { chosen: false })), says: ['fine complete'] },
    { facts: selection('none', part(0, 'data')), says: ['fine no-table'] },
    { facts: selection('gpt', part(1, 'data'), part(2, 'swap'), part(3, 'raid'), part(4, 'lvm'), part(5, 'unknown'), part(6, 'extended')), says: ['fine no-system'] },
    { facts: selection('gpt', part(1, 'efi-system'), part(2, 'os', { chosen: false }), part(3, 'data')), says: ['advice system-left-out'] },
    { facts: selection('gpt', part(1, 'efi-system', { chosen: false }), part(2, 'microsoft-reserved', { chosen: false }), part(3, 'os'), part(4, 'recovery', { chosen: false })), says: ['warning efi-left-out', 'advice msr-left-out', 'advice recovery-left-out'] },
    { facts: selection('gpt', part(1, 'bios-boot', { chosen: false }), part(2, 'os', { os: 'other' })), says: ['warning bios-boot-left-out'] },
    { facts: selection('gpt', part(2, 'os'), part(3, 'swap', { chosen: false })), says: ['warning no-efi'] },
    { facts: selection('mbr', part(1, 'system-reserved', { active: true, chosen: false }), part(2, 'os')), says: ['warning active-left-out'] },
    { facts: selection('mbr', part(1, 'system-reserved', { chosen: false }), part(2, 'os', { active: true })), says: ['warning system-reserved-left-out'] },
    { facts: selection('mbr', part(1, 'os')), says: ['advice no-active'] },
    { facts: selection('mbr', part(1, 'system-reserved', { active: true }), part(2, 'os', { active: true })), says: ['warning several-active'] },
    { facts: selection('gpt', part(1, 'efi-system'), part(2, 'efi-system', { chosen: false }), part(3, 'os')), says: ['advice efi-one-left-out'] },
    { facts: selection('unreadable'), says: ['unknown missing-no-rights'] },
    { facts: { selections: [], imaged: null }, says: ['unknown not-chosen'] },
    { facts: imaged('gpt', part(1, 'efi-system'), part(2, 'os')), says: ['fine complete'] },
    { facts: imaged('gpt', part(1, 'efi-system', { chosen: false }), part(2, 'os')), says: ['warning efi-left-out'] },
    { facts: imaged('gpt', part(2, 'os')), says: ['warning no-efi'] },
    { facts: { selections: [], imaged: gone }, says: ['unknown missing-timed-out'] },
  ],
  'free-space': [
    { facts: of({ space: is({ used: 50e9, leftOut: 8e9 }) }), says: ['fine space'] },
    { facts: of(...[1, 2].map(() => ({ space: is({ used: 50e9, leftOut: 0 }) }))), says: ['fine all-space'] },
    { facts: of({ space: is({ used: 95e9, leftOut: 0 }) }), says: ['advice full'] },
    { facts: of({ space: gone }), says: ['unknown missing-timed-out'] },
  ],
  'fragmentation': [
    { facts: of({ rotational: is(false), fragmentation: absent }), says: ['fine solid'] },
    { facts: of({ rotational: is(true), fragmentation: is({ files: 1000, fragmentedFiles: 10, fragments: 1020, share: 1 }) }), says: ['fine little'] },
    { facts: of(...[1, 2].map(() => ({ rotational: gone, fragmentation: is({ files: 0, fragmentedFiles: 0, fragments: 0, share: 1 }) }))), says: ['fine all-little'] },
    { facts: of({ rotational: is(true), fragmentation: is({ files: 100_000, fragmentedFiles: 30_000, fragments: 200_000, share: 1 }) }), says: ['advice fragmented'] },
    // A hundredth of the volume was looked at: what it costs is a hundred times as much.
    { facts: of({ rotational: is(true), fragmentation: is({ files: 1000, fragmentedFiles: 300, fragments: 2000, share: 0.01 }) }), says: ['advice fragmented'] },
    { facts: of({ rotational: is(true), fragmentation: is({ files: 1000, fragmentedFiles: 300, fragments: 2000, share: 1 }) }), says: ['fine little'] },
    { facts: of({ rotational: is(true), fragmentation: gone }), says: ['unknown missing-timed-out'] },
  ],
  'sysprep': [
    { facts: of(), says: ['fine no-windows'] },
    { facts: of({ state: is(windows) }), says: ['fine one-machine'] },
    { facts: of({ state: is(windows) }), context: { manyMachines: true }, says: ['warning not-generalised'] },
    { facts: of({ state: is({ ...windows, imageState: 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE', oobe: true, dirty: true }) }), context: { manyMachines: true }, says: ['fine generalised'] },
    { facts: of(...[1, 2].map(() => ({ state: is(windows) }))), says: ['fine all-generalised'] },
    { facts: of({ state: is({ ...windows, imageState: 'IMAGE_STATE_UNDEPLOYABLE' }) }), says: ['warning undeployable'] },
    { facts: of({ state: is({ ...windows, imageState: '' }) }), context: { manyMachines: true }, says: ['unknown says-nothing'] },
    { facts: of({ state: gone }), says: ['unknown missing-timed-out'] },
  ],
  'shrinking': [
    { facts: selection('gpt', part(1, 'efi-system'), part(2, 'os')), says: ['fine nothing'] },
    { facts: selection('gpt', part(1, 'efi-system'), part(2, 'os'), part(3, 'data', { usedBytes: 300e9 }), part(4, 'recovery'), part(5, 'recovery', { usedBytes: 2e9 })), says: ['advice could-leave-out'] },
    { facts: selection('mbr', part(1, 'data', { usedBytes: 300e9 })), says: ['fine nothing'] },
    { facts: selection('unreadable'), says: ['unknown missing-no-rights'] },
  ],
  'image-name': [
    { facts: { name: null }, says: ['unknown not-chosen'] },
    { facts: { name: gone }, says: ['unknown missing-timed-out'] },
    { facts: named(), says: ['fine good'] },
    { facts: named({ invalid: '":"' }), says: ['stop invalid'] },
    { facts: named({ taken: ['/images/pc-1.qcow2'] }), says: ['warning taken'] },
    { facts: named({ meaningless: true, parent: { ...parent, before: 'sunday.qcow2' } }), says: ['warning parent-renamed', 'advice meaningless'] },
    { facts: named({ parent }), says: ['fine good'] },
    // Its manifest does not say what it was called.
    { facts: named({ parent: { ...parent, before: '' } }), says: ['fine good'] },
    { facts: named({ parent: { ...parent, copies: ['/backup/monday.qcow2'] } }), says: ['advice parent-copied'] },
    // The name is its parent's own: it is taken as well, which is not worth a second word.
    { facts: named({ suggested: 'pc-2', taken: ['/images/pc-1.qcow2'], parent: { ...parent, overwritten: true } }), says: ['stop parent-overwritten'] },
    { facts: named({ suggested: 'pc-1-windows' }), says: ['advice off-template'] },
  ],
  'destination': [
    { facts: { destination: null }, says: ['unknown not-chosen'] },
    { facts: { destination }, says: ['fine good'] },
    { facts: { destination: { ...destination, onDisks: is(['/dev/sda']) } }, says: ['stop on-source'] },
    { facts: { destination: { ...destination, exists: false, onDisks: is(['/dev/sda']) } }, says: ['stop no-folder'] },
    { facts: { destination: { ...destination, onDisks: gone } }, says: ['unknown missing-timed-out'] },
    { facts: { destination: { ...destination, writable: is(false) } }, says: ['stop unwritable'] },
    { facts: { destination: { ...destination, writable: gone } }, says: ['unknown missing-timed-out'] },
    { facts: { destination: { ...destination, free: is(10e9) } }, says: ['stop too-small'] },
    { facts: { destination: { ...destination, free: is(52e9) } }, says: ['warning tight'] },
    { facts: { destination: { ...destination, free: gone } }, says: ['unknown missing-timed-out'] },
    { facts: { destination: { ...destination, fileSystem: is({ kind: 'vfat', maxFileBytes: 2 ** 32 - 1, network: false }) } }, says: ['stop file-limit'] },
    { facts: { destination: { ...destination, fileSystem: is({ kind: 'vfat', maxFileBytes: 2 ** 32 - 1, network: false }) } }, context: { partBytes: 2 ** 30 }, says: ['fine good'] },
    { facts: { destination: { ...destination, fileSystem: is({ kind: 'vfat', maxFileBytes: 2 ** 32 - 1, network: false }) } }, context: { partBytes: null }, says: ['stop file-limit-whole'] },
    { facts: { destination: { ...destination, speed: is(5e6), fileSystem: is({ kind: 'cifs', maxFileBytes: null, network: true }) } }, says: ['advice slow'] },
    { facts: { destination: { ...destination, speed: is(20e6) } }, context: { estimate: { seconds: null, imageBytes: null } }, says: ['advice slow-anyhow'] },
  ],
  'target': [
    { facts: { targets: [] }, says: ['unknown not-chosen'] },
    { facts: { targets: [target] }, context: { wanted }, says: ['fine good'] },
    { facts: { targets: [{ ...target, systemDisk: true }] }, says: ['stop system-disk'] },
    { facts: { targets: [{ ...target, readOnly: true }] }, says: ['stop read-only'] },
    { facts: { targets: [target] }, context: { wanted: { ...wanted, sectorSize: 4096 } }, says: ['stop sector-size'] },
    // A raw image does not tell what it was made for.
    { facts: { targets: [{ ...target, disk: { ...disk, sectorSize: 4096 } }] }, context: { wanted: { ...wanted, sectorSize: null } }, says: ['fine good'] },
    { facts: { targets: [target] }, context: { wanted: { ...wanted, usedBytes: 600e9, end: 700e9 } }, says: ['stop too-small'] },
    { facts: { targets: [target] }, context: { wanted: { ...wanted, end: 700e9 } }, says: ['warning smaller'] },
    { facts: { targets: [{ ...target, health: is({ ...well, pending: 3 }) }] }, says: ['warning smart-unreadable-sectors'] },
    // It left, or went silent, after it was chosen. That it may not be read as yet says nothing.
    { facts: { targets: [{ ...target, answers: gone }] }, says: ['unknown missing-timed-out'] },
    { facts: { targets: [{ ...target, answers: missing('no-rights', '/dev/sda') }] }, says: ['fine good'] },
    { facts: { targets: [{ ...target, twins: 1, health: gone }] }, says: ['advice twins'] },
    { facts: { targets: [{ ...target, twins: 2, disk: { ...disk, serial: '' } }] }, says: ['advice twins-no-serial'] },
  ],
  'ports': [
    { facts: { ports: [{ port: 69, holder: is(null) }] }, says: ['fine free'] },
    { facts: { ports: [67, 69].map((port) => ({ port, holder: is(null) })) }, says: ['fine all-free'] },
    { facts: { ports: [{ port: 67, holder: is({ process: 'dnsmasq', pid: 12, address: '0.0.0.0' }) }] }, says: ['warning held'] },
    { facts: { ports: [{ port: 69, holder: is({ process: '', pid: null, address: '0.0.0.0' }) }, { port: 4011, holder: gone }] }, says: ['stop held-by-unknown', 'unknown missing-timed-out'] },
  ],
  'dhcp': [
    { facts: { servers: is([{ address: '192.168.1.1', via: 'eth0', boots: false }]) }, says: ['fine one'] },
    { facts: { servers: is([]) }, says: ['advice none'] },
    { facts: { servers: is([1, 2].map((n) => ({ address: `10.0.0.${n}`, via: 'eth0', boots: false }))) }, says: ['warning several'] },
    { facts: { servers: is([{ address: '10.0.0.1', via: 'eth0', boots: true }]) }, says: ['warning boots-already'] },
    { facts: { servers: gone }, says: ['unknown missing-timed-out'] },
  ],
  'file-system-scan': [
    { facts: of({ scan: is({ clean: true, lines: [] }) }), says: ['fine clean'] },
    { facts: of(...[1, 2].map(() => ({ scan: is({ clean: true, lines: [] }) }))), says: ['fine all-clean'] },
    { facts: of({ scan: is({ clean: false, lines: ['Free blocks count wrong'] }) }), says: ['warning errors'] },
    { facts: of({ scan: gone }), says: ['unknown missing-timed-out'] },
  ],
  'surface': [
    { facts: { disks: [{ disk, scan: is({ read: 1e9, unreadable: [], unreadableBytes: 0, slow: 0 }) }] }, says: ['fine good'] },
    { facts: { disks: [1, 2].map(() => ({ disk, scan: is({ read: 1e9, unreadable: [], unreadableBytes: 0, slow: 0 }) })) }, says: ['fine all-good'] },
    { facts: { disks: [{ disk, scan: is({ read: 1e9, unreadable: [], unreadableBytes: 0, slow: 3 }) }] }, says: ['advice slow'] },
    { facts: { disks: [{ disk, scan: is({ read: 1e9, unreadable: [{ offset: 4096, length: 4096 }], unreadableBytes: 4096, slow: 0 }) }] }, says: ['warning bad'] },
    { facts: { disks: [{ disk, scan: gone }] }, says: ['unknown missing-timed-out'] },
  ],
};

type Tree = { readonly [key: string]: string | Tree };
const texts = JSON.parse(readFileSync(new URL('../../../resources/locales/en/preflight.json', import.meta.url), 'utf8')) as Tree;
const textAt = (key: string): string => {
  const of = (name: string): string => {
    let at: string | Tree | undefined = texts;
    for (const word of name.replace('preflight:', '').split('.')) at = typeof at === 'object' ? at[word] : undefined;
    return typeof at === 'string' ? at : '';
  };
  // One and many of something are one text to whoever asks for it.
  return of(key) || (of(`${key}_one`) && of(`${key}_other`));
};
/** Every placeholder of the text has its value: nobody reads `{{needed}}`. */
function checkText(key: string, params: Readonly<Record<string, string | number>>): void {
  const text = textAt(key);
  expect(text, key).not.toBe('');
  for (const [, name = ''] of text.matchAll(/\{\{\s*(\w+)/g)) expect(Object.keys(params), `${key}: ${text}`).toContain(name);
}

const said = new Set<string>();

function run<C extends CheckId>(check: C, each: Case<C>): CheckResult[] {
  const about = { ...context, ...each.context };
  const results = judge(check, each.facts, about, thresholdsWith(each.limits));
  expect(results.map(({ verdict, finding }) => `${verdict} ${finding.code}`), check).toEqual(each.says);
  // The same words on every system; only remedies differ.
  const all = (['windows', 'macos'] as const).flatMap((system) => judge(check, each.facts, { ...about, system }, thresholdsWith(each.limits)));
  for (const result of [...results, ...all]) {
    checkResultSchema.parse(result);
    said.add(checkTextKey(check, 'finding', result.finding.code));
    checkText(checkTextKey(check, 'finding', result.finding.code), result.finding.params);
    for (const evidence of result.evidence) {
      said.add(checkTextKey(check, 'evidence', evidence.code));
      checkText(checkTextKey(check, 'evidence', evidence.code), evidence.params);
    }
    for (const remedy of result.remedies) {
      checkText(`preflight:remedy.${remedy.code}`, remedy.params);
      expect(remedy.action !== null || remedy.ways.length > 0, `${check}: ${remedy.code} leads somewhere`).toBe(true);
      for (const way of remedy.ways) {
        checkText(`preflight:way.${way.code}`, {});
        for (const step of way.steps) checkText(`preflight:step.${step.code}`, step.params);
      }
    }
    if (result.verdict === 'warning') expect(result.overridable).toBe(true);
  }
  return results;
}

test.each(CHECK_IDS)('%s: each verdict from its facts, with texts for all that is said', (check) => {
  for (const each of CASES[check]) run(check, each);
  for (const text of ['title', 'why']) expect(textAt(`${check}.${text}`)).not.toBe('');
});

test('before a disk is chosen nothing about one is called fine', () => {
  const about = CHECK_IDS.filter((check) => CHECKS[check].ofDisk);
  expect(about).toEqual(expect.arrayContaining(['smart', 'activity', 'file-system', 'encryption', 'hibernation', 'sysprep', 'updates', 'surface']));
  for (const check of about) {
    // Facts as they are without a disk: lists of nothing.
    const facts = { disks: [], volumes: [], unreadable: [], systems: [], selections: [], byPolicy: absent };
    const results = judge(check, facts as never, { ...context, sources: [], undecided: true }, thresholdsWith());
    expect(results.map(({ verdict, finding }) => `${verdict} ${finding.code}`), check).toEqual(['unknown not-chosen']);
  }
});

test('every finding that has a text was seen once', () => {
  for (const check of CHECK_IDS) for (const each of CASES[check]) run(check, each as never);
  const unseen = CHECK_IDS.flatMap((check) => Object.keys((texts[check] as Tree)['finding'] as Tree).map((code) => checkTextKey(check, 'finding', code.replace(/_(?:one|other|without-[a-z-]+)$/, ''))).filter((key) => !said.has(key)));
  // What a worn target says is what a worn source says, in the same rules.
  expect(unseen.filter((key) => !key.startsWith('preflight:target.finding.smart-'))).toEqual([]);
});

test('stops that cannot be clicked away, and those that say how', () => {
  const stops = CHECK_IDS.flatMap((check) => CASES[check].flatMap((each) => run(check, each as never))).filter(({ verdict }) => verdict === 'stop');
  const may = (overridable: boolean): string[] => [...new Set(stops.filter((stop) => stop.overridable === overridable).map(({ check, finding }) => `${check}:${finding.code}`))].sort();
  expect(may(true)).toEqual(['destination:too-small', 'encryption:decrypting', 'encryption:encrypting', 'encryption:paused', 'hibernation:asleep']);
  expect(may(false)).toEqual([
    'destination:file-limit', 'destination:file-limit-whole', 'destination:no-folder', 'destination:on-source', 'destination:unwritable', 'image-name:invalid', 'image-name:parent-overwritten', 'ports:held-by-unknown', 'power:battery-low', 'power:ups-low',
    'target:read-only', 'target:sector-size', 'target:system-disk', 'target:too-small',
  ]);
  // Under a Windows that is at it this moment the two halves of an image would be from different times; what is paused stands still.
  const half = (state: 'encrypting' | 'decrypting' | 'paused', system: 'windows' | 'linux', mountPoints: readonly string[]) =>
    judge('encryption', { volumes: [{ volume: { ...volume, mountPoints }, encryption: is({ ...bitlocker, state }) }], unreadable: [], byPolicy: absent }, { ...context, system }, thresholdsWith())[0]?.overridable;
  expect((['encrypting', 'decrypting', 'paused'] as const).map((state) => [half(state, 'windows', ['C:\\']), half(state, 'windows', []), half(state, 'linux', [])])).toEqual([
    [false, true, true], [false, true, true], [true, true, true],
  ]);
});

test('what is offered fits what was found', () => {
  const first = <C extends CheckId>(check: C, facts: CheckFacts[C], more: Partial<CheckContext> = {}): CheckResult => judge(check, facts, { ...context, ...more }, thresholdsWith())[0]!;
  const left = first('os-partitions', selection('gpt', part(1, 'efi-system', { chosen: false }), part(3, 'os')));
  expect(left.remedies[0]?.action).toEqual({ id: 'take-partitions', numbers: [1] });
  expect(first('shrinking', selection('none')).finding.params).toEqual({ bytes: disk.size });
  const leave = first('shrinking', selection('gpt', part(1, 'efi-system'), part(2, 'os'), part(3, 'data', { usedBytes: 300e9 })));
  expect(leave.remedies[0]?.action).toEqual({ id: 'leave-out-partitions', numbers: [3] });
  expect(leave.finding.params).toMatchObject({ numbers: '3', saved: 300e9 });
  const limited = first('destination', { destination: { ...destination, fileSystem: is({ kind: 'vfat', maxFileBytes: 2 ** 32 - 1, network: false }) } });
  expect(limited.remedies[0]?.action).toEqual({ id: 'split', bytes: 4095 * 1024 * 1024 });
  // BitLocker: three ways by hand, a button only where Windows runs.
  const locked = (system: 'linux' | 'windows') => first('encryption', { volumes: [{ volume: { ...volume, device: system === 'windows' ? 'D:' : '/dev/sda2' }, encryption: is(bitlocker) }], unreadable: [], byPolicy: absent }, { system }).remedies[0];
  expect(locked('linux')?.ways.map(({ code }) => code)).toEqual(['window', 'command-prompt', 'powershell']);
  expect(locked('linux')?.ways.map(({ steps }) => steps[0]?.code)).toEqual(['start-that-windows', 'start-that-windows', 'start-that-windows']);
  expect(locked('windows')?.ways.flatMap(({ steps }) => steps.map(({ code }) => code))).not.toContain('start-that-windows');
  expect([locked('linux')?.action, locked('windows')?.action?.id]).toEqual([null, 'decrypt']);
  expect(locked('windows')?.ways[1]?.steps.map(({ params }) => params['command'])).toContain('manage-bde -off D:');
  // What Windows repairs, the Windows on the disk has to be started for.
  const repair = (system: 'linux' | 'windows') => first('file-system', { volumes: [{ volume: { ...volume, kind: 'ntfs', role: 'os' }, conditions: is(['dirty']) }], unreadable: [] }, { system }).remedies[0]?.ways[0]?.steps[0]?.code;
  expect([repair('linux'), repair('windows')]).toEqual(['start-that-windows', 'drive-properties']);
  // No charger helps a UPS.
  const power = (kind: 'battery' | 'ups') => first('power', { supplies: is([supply(kind, { charge: 5 })]) }).remedies[0]?.code;
  expect([power('battery'), power('ups')]).toEqual(['plug-in', 'mains-back']);
  // Never a repair of what is mounted.
  const dirty = (mountPoints: readonly string[]) => first('file-system', { volumes: [{ volume: { ...volume, mountPoints }, conditions: is(['dirty']) }], unreadable: [] }).remedies[0]?.action;
  expect([dirty([])?.id, dirty(['/mnt'])]).toEqual(['repair-file-system', null]);
});

test('a full volume is cleared up by the system that is on it, and by hand where there is none', () => {
  const steps = (system: CheckContext['system'], more: Partial<typeof volume> = {}): (string | undefined)[] =>
    judge('free-space', { volumes: [{ volume: { ...volume, ...more }, space: is({ used: 95e9, leftOut: 0 }) }], unreadable: [] }, { ...context, system }, thresholdsWith())[0]?.remedies[0]?.ways.map((way) => way.steps[0]?.code) ?? [];
  expect(steps('linux')).toEqual(['start-that-windows', 'start-that-windows']);
  expect(steps('windows')).toEqual(['storage-settings', 'prompt-as-administrator']);
  expect(steps('linux', { kind: 'ext4', mountPoints: ['/'] })).toEqual(['run']);
  expect(steps('linux', { kind: 'ext4' })).toEqual(['start-that-system']);
  // Nothing that this computer's package manager keeps lies on an EFI system partition.
  expect(steps('linux', { kind: 'fat32', role: 'efi-system' })).toEqual(['delete-there']);
});

test('every check belongs to a job; scans only when asked for', () => {
  for (const id of CHECK_IDS) expect(CHECKED_JOBS.some((job) => CHECKS[id].jobs.includes(job)), id).toBe(true);
  expect(Object.keys(CHECKS)).toEqual([...CHECK_IDS]);
  expect(checksFor('capture')).not.toContain('surface');
  expect(checksFor('capture', ['surface'])).toContain('surface');
  expect(checksFor('deploy')).toContain('ports');
  for (const id of checksFor('capture')) expect(CHECKS[id].timeoutMs).toBeGreaterThan(0);
});

test('the contract has the same words as the engine', () => {
  expect(checkIdSchema.options).toEqual([...CHECK_IDS]);
  expect(checkedJobSchema.options).toEqual([...CHECKED_JOBS]);
  expect(checkVerdictSchema.options).toEqual([...CHECK_VERDICTS]);
  for (const verdict of CHECK_VERDICTS) expect(textAt(`verdict.${verdict}`)).not.toBe('');
});

test('names by which warnings are accepted, and checks that gave no answer', () => {
  expect(acceptanceName(judge('power', { supplies: is([mains(false), supply('battery')]) }, context, thresholdsWith())[0]!)).toBe('power:on-battery');
  expect(acceptanceName(judge('smart', { disks: [{ disk, health: is({ ...well, passed: false }) }] }, context, thresholdsWith())[0]!)).toBe('smart:failing:/dev/sda');
  for (const reason of ['no-tool', 'no-rights', 'timed-out', 'locked', 'inside', 'unsupported', 'failed'] as const) {
    const none = gaveNoAnswer('smart', reason, 'smartctl');
    expect(none.verdict).toBe('unknown');
    checkText(checkTextKey('smart', 'finding', none.finding.code), none.finding.params);
  }
});

test('every threshold has a unit and can be set; the guide lists it', () => {
  const guide = readFileSync(new URL('../../../docs/guides/preflight.md', import.meta.url), 'utf8');
  for (const [key, { value, unit }] of Object.entries(THRESHOLDS)) {
    expect(value, key).toBeGreaterThan(0);
    expect(unit).not.toBe('');
    expect(guide, key).toContain(`\`${key}\``);
  }
  for (const check of CHECK_IDS) expect(guide, check).toContain(`\`${check}\``);
  expect(thresholdsWith({ diskHot: 50 }).diskHot).toBe(50);
});
