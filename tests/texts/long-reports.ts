import { reportSchema, type CheckResult, type Partition, type Report } from '../../src/contract/index.ts';
import { CHECK_IDS } from '../../native-free-engine/index.ts';

/** Constructed reports, each as long as a bad day at the bench makes it; none of this was recorded. */

const MIB = 2 ** 20;
const HEX = '9f2c47ab'.repeat(8);
const ROLES = ['efi-system', 'microsoft-reserved', 'os', 'recovery', 'data', 'swap', 'lvm', 'unknown'] as const;
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

const partition = (index: number): Partition => ({
  number: index + 1, offset: MIB + index * 4000 * MIB, length: 3990 * MIB, type: '', name: 'Basic data partition', role: ROLES[index % ROLES.length] ?? 'data', mountPoints: [], usedBytes: 1_234_567_890, active: false,
  fileSystem: { kind: 'ntfs', label: `Boekhouding en foto's van de klant ${index}`, uuid: '' },
});
const identity = (index: number) => ({ id: `/dev/sd${index}`, path: `/dev/sd${index}`, model: 'SAMSUNG MZVLW512HMJP-000L7 with a long name', serial: `S3NZNX0K10${index}`, size: 512_110_190_592, bus: 'nvme' as const, tableHash: null });

/** A check that found something, with more evidence than paper has room for. */
const warning = (check: CheckResult['check'], index: number): CheckResult => ({
  check, subject: { kind: 'disk', id: `/dev/sd${index}`, name: 'SAMSUNG MZVLW512HMJP-000L7' }, verdict: index === 0 ? 'stop' : index === 1 ? 'unknown' : 'warning', overridable: true,
  finding: { code: 'missing-timed-out', params: { from: 'smartctl -j -a /dev/sda', detail: '' } }, remedies: [],
  evidence: many(9, (piece) => ({ code: 'missing-no-tool', params: { from: `/sys/devices/pci0000:00/0000:00:1d.0/piece-${piece}`, detail: '' }, from: 'smartctl -j -a /dev/nvme0n1' })),
});
const fine = (check: CheckResult['check']): CheckResult => ({ ...warning(check, 1), verdict: 'fine', finding: { code: 'missing-unsupported', params: { from: 'a program', detail: '' } } });

/** Six checks found something, on three subjects each; the others did not. */
const results = [...CHECK_IDS.slice(0, 6).flatMap((check) => many(3, (index) => warning(check, index))), ...CHECK_IDS.slice(6).map(fine)];

function report(plan: unknown, change: Partial<Report> = {}): Report {
  return reportSchema.parse({
    jobId: '523a7a27-e898-4c17-af1a-d422ad48af8e', program: 'Werkbank', version: '0.1.0', host: { name: 'BALIE-02', system: 'Linux', release: '6.12' },
    startedAt: '2026-03-01T23:00:00.000Z', endedAt: '2026-03-02T09:02:00.000Z', elapsedSeconds: 36_120, plan, outcome: 'partly', error: null, checksums: [], expectedMatched: null, targets: [], imaging: null,
    speedCurve: many(400, (index) => ({ seconds: index * 90, speed: 5e7 + (index % 17) * 4e6, phase: index < 10 ? 'preparing' : index < 300 ? 'capturing' : 'verifying' })),
    events: many(40, (index) => ({ at: '2026-03-02T01:00:00.000Z', code: 'device-arrived', params: { disk: 'SanDisk Ultra', size: 32e9, path: `/dev/sd${index}` } })),
    preflight: { results, accepted: results.filter(({ verdict }) => verdict === 'warning').map(({ check, finding, subject }) => `${check}:${finding.code}:${subject.id}`) },
    machine: { maker: 'LENOVO', model: '20HRCTO1WW ThinkPad X1 Carbon 5th', serial: 'PF0XYZ12', firmware: 'UEFI N1MET64W (1.49), 2020-10-12', memory: 17_179_869_184, processor: 'Intel(R) Core(TM) i7-7600U CPU @ 2.80GHz', system: 'Debian GNU/Linux 12 (bookworm)' },
    ...change,
  });
}

const imaging: Report['imaging'] = {
  imageId: '11111111-2222-4333-8444-555555555555', path: '/srv/images/BALIE-02-Windows-11-2026-03-01-before-repair.qcow2', manifestSha256: HEX, usedBytes: 402e9, storedBytes: 218e9, chain: ['/srv/images/monday.qcow2'],
  bad: { bytes: 409_600, count: 4000, places: many(120, (index) => ({ offset: index * 1e9, length: 4096, partition: 3, files: many(5, (file) => `/Users/anna/Documents/Administratie 2025/a long folder name/bestand ${file} met een lange naam.docx`) })) },
  overridden: [{ code: 'hibernated', partitions: [3] }, { code: 'dirty', partitions: [5, 6, 7] }], leftOut: [{ partition: 3, name: 'pagefile.sys', bytes: 17e9 }, { partition: 3, name: 'hiberfil.sys', bytes: 6e9 }],
  identifiers: 'new', grown: [{ disk: '/dev/sd1', partition: 3, from: 1e9, to: 2e9, fileSystem: true }], verified: { clusters: 1_500_000, checked: 1_500_000, damaged: [] }, resumed: true,
  notes: many(12, (index) => ({ code: 'whole-unknown', params: { number: index, bytes: 3e9 } })),
};
const options = { compression: 'balanced', memory: 'medium', bytesPerSecond: 0, partBytes: 0, description: '', purpose: '', resume: false, overwrite: false, leaveOutSwapFiles: true, gptCopy: null };
const imagedPartition = (index: number) => ({ ...partition(index), method: index % 3 ? 'used' : 'whole', wholeReason: null, usedEnd: 1, leftOut: [], conditions: [], hold: null });
const steps = (...codes: string[]) => codes.map((code) => ({ code, params: { disk: identity(1).model, image: 'BALIE-02-Windows-11-2026-03-01-before-repair.qcow2', destination: imaging.path, size: 4e11, number: 3, tool: 'ntfsresize', numbers: '3' } }));
const base = { id: 'plan', createdAt: '2026-03-01T23:00:00.000Z' };

const planned = (index: number) => ({ identity: identity(index), number: index, practice: false, loses: many(24, partition), confirm: [], systemDiskAllowed: false });
const outcome = (index: number, failed: boolean): Report['targets'][number] => ({
  disk: `/dev/sd${index}`, number: index, model: identity(index).model, serial: identity(index).serial, size: identity(index).size, outcome: failed ? 'failed' : 'verified', notes: [],
  error: failed ? { code: 'target-write-failed', params: { offset: 4096 * index }, retryable: true, place: null, detail: 'EIO' } : null,
  bytesWritten: 4e9, bytesSkipped: 1e9, bytesVerified: failed ? 0 : 4e9, writeSeconds: 80, verifySeconds: 40, sha256: failed ? null : HEX, ejected: !failed,
});

export const LONG_CAPTURE = report({
  kind: 'capture', ...base, ...options, steps: steps('recheck-identity', 'snapshot', 'map', 'capture-resume', 'manifest'), disk: identity(1), number: 1, practice: false, logicalSectorSize: 512, table: 'gpt',
  partitions: many(40, imagedPartition), chosen: many(9, (index) => index + 1), destination: imaging.path, usedBytes: 402e9, estimatedBytes: 2e11, freeBytes: 1e12, parent: null, unfinished: null, stops: [], notes: [],
}, { imaging, error: { code: 'destination-full', params: { path: imaging.path, free: 1, needed: 2 }, retryable: true, place: null, detail: 'ENOSPC' } });

export const LONG_RESTORE = report({
  kind: 'restore', ...base, steps: steps('recheck-identity', 'check-chain', 'unmount', 'clear', 'new-table', 'restore', 'zero-rest', 'verify-restored', 'restore-first', 'grow'),
  image: { location: imaging.path, name: 'BALIE-02-Windows-11-2026-03-01-before-repair.qcow2', format: 'qcow2', variant: 'Werkbank', size: 512e9, sectorSize: 512, storedBytes: 2e11, files: [], volumeOnly: false, table: 'gpt', partitions: many(20, imagedPartition).map(({ hold: _, ...rest }) => rest), usedBytes: 4e11, identity: null, chain: [] },
  disks: many(4, (index) => ({
    ...planned(index), roomLeft: 0, unfinished: null, notes: [],
    layout: many(20, partition).map(({ number, name, role, fileSystem, offset, length }) => ({ number, name, role, fileSystem, usedBytes: 1e9, from: { offset, length }, to: number === 4 ? null : { offset, length: length - index * MIB }, grown: number === 5, moved: false, growTool: null })),
  })),
  chosen: null, usedBytes: 4e11, grow: true, newIdentifiers: true, rest: 'zero', verify: true, memory: 'medium', bytesPerSecond: 0, resume: false, notes: [],
}, { imaging: { ...imaging, bad: { bytes: 0, count: 0, places: [] } }, targets: many(4, (index) => outcome(index, index === 2)) });

export const LONG_WRITE = report({
  kind: 'write', ...base, steps: steps('check-source', 'recheck-identity', 'unmount', 'clear', 'write', 'verify', 'write-first', 'eject'), verify: true, eject: true, expected: { algorithm: 'sha256', hex: HEX, from: null },
  image: { location: '/srv/iso/debian-live-13.2.0-amd64-gnome-with-a-long-name.iso.xz', name: 'debian-live.iso.xz', chain: ['xz'], size: 4e9, storedSize: 3e9, kind: 'hybrid-iso', table: 'mbr', partitions: many(3, partition), label: '', mappedBytes: null, expected: [] },
  disks: many(16, planned),
}, { targets: many(16, (index) => outcome(index, index % 5 === 4)), checksums: [{ algorithm: 'sha256', hex: HEX, from: null }, { algorithm: 'md5', hex: HEX.slice(0, 32), from: '/srv/iso/debian-live.iso.xz' }], expectedMatched: true });

export const LONG_STICK = report({
  kind: 'windows-stick', ...base, steps: steps('check-source', 'recheck-identity', 'unmount', 'clear', 'layout-uefi', 'write-files', 'verify-files', 'eject'),
  image: {
    location: '/srv/iso/Win11_25H2_Dutch_x64.iso', name: 'Win11_25H2_Dutch_x64.iso', label: 'CCCOMA_X64FRE_NL-NL_DV9', size: 7e9, installs: [], uefi: ['x64'], bios: true, files: 980, bytes: 7e9,
    editions: many(11, (index) => ({ wim: 'sources/install.wim', index: index + 1, name: `Windows 11 Pro Education N ${index}`, edition: 'ProfessionalEducationN', architecture: 'x64', languages: ['nl-NL'], version: '10.0.26200.1', createdAt: null, size: 2e10 })),
  },
  firmware: 'uefi', table: 'gpt', label: 'WIN11', parts: many(3, (index) => ({ path: `sources/install${index}.swm`, of: 'sources/install.wim', size: 3e9 })),
  extras: many(60, (index) => ({ path: `$WinPEDriver$/net/driver-${index}.inf`, size: 12_345 })), replaced: ['autounattend.xml'], extraFolder: '/srv/extras', customising: null, drivers: null,
  editions: null, repacks: [], repackedAs: 'lzx', workFolder: null, room: many(8, (index) => ({ disk: `/dev/sd${index}`, writes: 7e9, free: 1e9 })), disks: many(8, planned), verify: true, eject: true,
}, {
  targets: many(8, (index) => outcome(index, index === 3)),
  files: { count: 1043, bytes: 7e9, sha256: HEX, list: many(1043, (index) => ({ path: `sources/a folder/file-${index}.dll`, size: 6e6, sha256: HEX })) },
});

export const SHORT_FORMAT = report({ kind: 'format', ...base, steps: steps('unmount', 'clear', 'format', 'eject'), disk: planned(1), fileSystem: 'exfat', label: 'KLANT', eject: true },
  { outcome: 'done', targets: [outcome(1, false)], preflight: null, events: [], speedCurve: [] });
