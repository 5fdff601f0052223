import { remedy, said, typed, way } from './kit.ts';
import type { CheckContext } from './facts.ts';
import type { Remedy, VolumeRef } from './types.ts';

/** `C:` where Windows knows it by a letter; else what to put the letter for. */
const letterOf = (volume: VolumeRef): string => (/^[A-Z]:$/i.test(volume.device) ? volume.device : 'C:');

/** What only the Windows that lies still on a disk can do begins with starting it. */
const startFirst = (volume: VolumeRef, system: CheckContext['system']): string[] => (system !== 'windows' && volume.kind === 'ntfs' && volume.role === 'os' ? ['start-that-windows'] : []);

/** The three ways of Windows to turn BitLocker off. */
export function bitlockerOff(volume: VolumeRef, system: CheckContext['system']): Remedy {
  const drive = letterOf(volume);
  // Only a Windows that has it open decrypts it.
  const first = system === 'windows' && volume.device !== '' ? [] : ['start-that-windows'];
  return remedy(
    'decrypt',
    system === 'windows' && volume.device !== '' ? { id: 'decrypt', volume } : null,
    way('window', ...first, said('bitlocker-settings', { drive }), said('bitlocker-turn-off', { drive }), said('bitlocker-wait', { drive })),
    way('command-prompt', ...first, 'prompt-as-administrator', typed(`manage-bde -off ${drive}`), typed(`manage-bde -status ${drive}`), said('bitlocker-wait', { drive })),
    way('powershell', ...first, 'powershell-as-administrator', typed(`Disable-BitLocker -MountPoint "${drive}"`), typed(`Get-BitLockerVolume -MountPoint "${drive}"`), said('bitlocker-wait', { drive })),
  );
}

const WINDOWS_CHECKS: ReadonlySet<string> = new Set(['ntfs', 'fat12', 'fat16', 'fat32', 'exfat', 'refs']);
/** What checks and repairs each file system on Linux. */
const LINUX_REPAIR: Readonly<Record<string, string>> = {
  ntfs: 'ntfsfix', ext2: 'e2fsck -f', ext3: 'e2fsck -f', ext4: 'e2fsck -f', xfs: 'xfs_repair', fat12: 'fsck.fat', fat16: 'fsck.fat', fat32: 'fsck.fat', exfat: 'fsck.exfat',
};

/**
 * Checking and repairing a file system. A button only where it harms nothing: on Windows its own spot fix, on Linux
 * what is not mounted. NTFS is put right by Windows itself; ntfsfix only makes it be checked at the next start.
 */
export function repairFileSystem(volume: VolumeRef, system: CheckContext['system']): Remedy {
  const byWindows = WINDOWS_CHECKS.has(volume.kind);
  const drive = letterOf(volume);
  const tool = LINUX_REPAIR[volume.kind];
  const first = startFirst(volume, system);
  const named = volume.device !== '';
  const button = named && (system === 'windows' ? byWindows : system === 'linux' && tool !== undefined && volume.mountPoints.length === 0);
  return remedy(
    'repair-file-system',
    button ? { id: 'repair-file-system', volume } : null,
    ...(byWindows ? [way('window', ...first, said('drive-properties', { drive }), 'drive-check'), way('command-prompt', ...first, 'prompt-as-administrator', typed(`chkdsk ${drive} /f`))] : []),
    ...(tool !== undefined && system === 'linux' ? [way('terminal', 'unmount-first', typed(`${tool} ${volume.device || 'DEVICE'}`))] : []),
  );
}

/** Ends hibernation, and fast startup with it. */
export function hibernationOff(system: CheckContext['system'], running: boolean): Remedy {
  return remedy(
    'hibernation-off',
    running && system === 'windows' ? { id: 'hibernation-off' } : null,
    way('window', ...(running ? [] : ['start-that-windows']), 'power-buttons', 'fast-startup-off', 'shut-down'),
    way('command-prompt', ...(running ? [] : ['start-that-windows']), 'prompt-as-administrator', typed('powercfg /h off'), typed('shutdown /s /t 0')),
  );
}

export const SYSPREP: Remedy = remedy(
  'sysprep', null,
  way('window', 'start-that-windows', 'sysprep-open', 'sysprep-choose', 'sysprep-do-not-start'),
  way('command-prompt', 'start-that-windows', 'prompt-as-administrator', typed('%WINDIR%\\System32\\Sysprep\\sysprep.exe /generalize /oobe /shutdown'), 'sysprep-do-not-start'),
);

export function defragment(volume: VolumeRef, system: CheckContext['system']): Remedy {
  const drive = letterOf(volume);
  const button = volume.device !== '' && (system === 'windows' || (system === 'linux' && volume.kind === 'ext4' && volume.mountPoints.length > 0));
  return remedy(
    'defragment',
    button ? { id: 'defragment', volume } : null,
    ...(WINDOWS_CHECKS.has(volume.kind) ? [way('window', ...startFirst(volume, system), said('defragment-window', { drive })), way('powershell', ...startFirst(volume, system), 'powershell-as-administrator', typed(`Optimize-Volume -DriveLetter ${drive.slice(0, 1)} -Defrag -Verbose`))] : []),
    ...(volume.kind === 'ext4' ? [way('terminal', typed(`e4defrag ${volume.mountPoints[0] ?? volume.device}`))] : []),
  );
}

/** Tells an SSD what is free: nothing to gain by defragmenting it. */
export function trim(volume: VolumeRef, system: CheckContext['system']): Remedy {
  const drive = letterOf(volume);
  const button = volume.device !== '' && (system === 'windows' || (system === 'linux' && volume.mountPoints.length > 0));
  return remedy(
    'trim',
    button ? { id: 'trim', volume } : null,
    ...(WINDOWS_CHECKS.has(volume.kind) ? [way('window', ...startFirst(volume, system), said('defragment-window', { drive })), way('powershell', ...startFirst(volume, system), 'powershell-as-administrator', typed(`Optimize-Volume -DriveLetter ${drive.slice(0, 1)} -ReTrim -Verbose`))] : []),
    ...(system === 'linux' ? [way('terminal', typed(`fstrim -v ${volume.mountPoints[0] ?? 'MOUNT-POINT'}`))] : []),
  );
}

/** What is cleared up before imaging never has to be imaged. Only a system that runs can be told to; elsewhere files are deleted by hand. */
export function cleanUp(volume: VolumeRef, system: CheckContext['system']): Remedy {
  const first = startFirst(volume, system);
  if (volume.kind === 'ntfs') {
    return remedy('clean-up', null, way('window', ...first, 'storage-settings', 'empty-recycle-bin'), way('command-prompt', ...first, 'prompt-as-administrator', typed(`cleanmgr /d ${letterOf(volume)}`)));
  }
  return volume.role === 'os' && system === 'linux'
    ? remedy('clean-up', null, way('terminal', ...(volume.mountPoints.includes('/') ? [] : ['start-that-system']), typed('apt-get clean'), typed('journalctl --vacuum-size=100M')))
    : remedy('clean-up', null, way('by-hand', 'delete-there'));
}
