/** Names that Windows keeps for devices, with any extension. */
const DEVICE_NAME = /^(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³]|conin\$|conout\$)( *\.|:|$)/i;

/** True for a name that Windows never takes for a file's. */
export const isDeviceName = (name: string): boolean => DEVICE_NAME.test(name);

/** Names (and paths) that are equal by this are the same to Windows, on any of its file systems. */
export const foldName = (name: string): string =>
  Array.from(name, (character) => {
    const capital = character.toUpperCase();
    // Windows has one capital for each letter; ß stays ß.
    return capital.length === character.length ? capital : character;
  }).join('');

/** What a name has at most: bytes on Linux, UTF-16 units elsewhere. */
const MAX_NAME = 255;

/** True for a name that a system can give to a file, and that stays in its folder there. */
export function isHostName(name: string, platform: string): boolean {
  // A half of a pair of UTF-16 has no bytes on the way to a system: another name would come of it.
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name) || !name.isWellFormed()) return false;
  if (platform !== 'linux' && name.length > MAX_NAME) return false;
  if (platform === 'darwin') return !name.includes(':');
  if (platform !== 'win32') return new TextEncoder().encode(name).length <= MAX_NAME;
  return !/[\u0000-\u001f<>:"|?*\\]/.test(name) && !/[. ]$/.test(name) && !isDeviceName(name);
}

/** Systems on which two names that differ only in case are one, as they are set up. */
export const foldsCase = (platform: string): boolean => platform === 'win32' || platform === 'darwin';
