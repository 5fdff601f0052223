/** One line of /proc/PID/mountinfo; see proc_pid_mountinfo(5). */
export interface Mount {
  /** `major:minor` of the file system's device; major 0 for those without one (btrfs, overlay, FUSE, tmpfs). */
  readonly devno: string;
  readonly mountPoint: string;
  /** Of this mount alone: `ro` here does not keep another mount of the same file system from writing. */
  readonly options: string;
  readonly fileSystem: string;
  readonly source: string;
  /** Of the file system: `ro` here holds for all its mounts. */
  readonly superOptions: string;
}

const MAX_MOUNTS = 20_000;

/** The kernel writes space, tab, newline and backslash as octal escapes. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

export function parseMountInfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n').slice(0, MAX_MOUNTS)) {
    // Optional fields stand between the sixth field and a lone hyphen.
    const halves = line.split(' - ');
    const before = halves[0]?.split(' ') ?? [];
    const after = halves.slice(1).join(' - ').split(' ');
    const [, , devno, , mountPoint, options] = before;
    const [fileSystem, source, superOptions] = after;
    if (!devno || !mountPoint || !fileSystem) continue;
    mounts.push({ devno, mountPoint: unescapeOctal(mountPoint), options: options ?? '', fileSystem, source: unescapeOctal(source ?? ''), superOptions: unescapeOctal(superOptions ?? '') });
  }
  return mounts;
}

const ANSWERS_ALWAYS: ReadonlySet<string> = new Set(['tmpfs', 'ramfs', 'devtmpfs', 'rootfs', 'overlay', 'btrfs', 'bcachefs', 'zfs', 'hostfs', 'proc', 'sysfs']);

/** Somebody else answers for this file system (a server, a FUSE program), perhaps never: not even `stat` is safe there. */
export function mayHang(mount: Mount): boolean {
  return mount.fileSystem.startsWith('fuse') || (mount.devno.startsWith('0:') && !ANSWERS_ALWAYS.has(mount.fileSystem));
}

/** The paths of /proc/swaps: devices and swap files. */
export function parseSwaps(text: string): string[] {
  return text.split('\n').slice(1).map((line) => unescapeOctal(line.split(/\s/)[0] ?? '')).filter((path) => path.startsWith('/'));
}

/** Folders that the running system cannot do without, wherever they are mounted from. */
const SYSTEM_FOLDERS: ReadonlySet<string> = new Set([
  '/', '/boot', '/efi', '/usr', '/etc', '/var', '/home', '/opt', '/root', '/srv', '/bin', '/sbin', '/lib', '/nix', '/gnu', '/sysroot', '/cdrom',
]);

/** Where live systems keep the medium they run from. */
const LIVE_MEDIA = ['/run/live/', '/lib/live/mount/', '/run/initramfs/', '/run/archiso/', '/run/rootfsbase', '/run/ostree', '/isodevice', '/rofs'];

/** A disk with one of these mounted from it holds the running system. */
export function isSystemMount(mountPoint: string): boolean {
  if (SYSTEM_FOLDERS.has(mountPoint)) return true;
  if (['/boot/', '/efi/', '/usr/', '/etc/', '/nix/', '/sysroot/'].some((prefix) => mountPoint.startsWith(prefix))) return true;
  return LIVE_MEDIA.some((prefix) => mountPoint.startsWith(prefix));
}

/** The folders that an overlay is made of, from its super options; see overlayfs in the kernel's documentation. */
export function overlayFolders(superOptions: string): string[] {
  const folders: string[] = [];
  // A comma or colon inside a path is escaped with a backslash.
  for (const option of superOptions.split(/(?<!\\),/)) {
    const match = /^(lowerdir|lowerdir\+|datadir\+|upperdir)=(.*)$/s.exec(option);
    if (!match) continue;
    for (const folder of (match[2] ?? '').split(/(?<!\\):/)) {
      const path = folder.replace(/\\([,:\\])/g, '$1');
      if (path.startsWith('/')) folders.push(path);
    }
  }
  return folders.slice(0, 500);
}
