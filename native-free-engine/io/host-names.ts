/** Names that Windows keeps for devices, with any extension. */
const DEVICE_NAME = /^(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³]|conin\$|conout\$)( *\.|:|$)/i;

/** True for a name that a system can give to a file, and that stays in its folder there. */
export function isHostName(name: string, platform: string): boolean {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) return false;
  if (platform === 'darwin') return !name.includes(':');
  if (platform !== 'win32') return true;
  return !/[\u0000-\u001f<>:"|?*\\]/.test(name) && !/[. ]$/.test(name) && !DEVICE_NAME.test(name);
}

/** Systems on which two names that differ only in case are one, as they are set up. */
export const foldsCase = (platform: string): boolean => platform === 'win32' || platform === 'darwin';
