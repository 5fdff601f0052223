import { fchownSync } from 'node:fs';

/**
 * What is made with administrator rights belongs to the user who asked for them, not to root.
 * @param fd of the open file: by its name it could meanwhile be a link to somebody else's
 */
export function giveToCaller(fd: number): void {
  const caller = Number(process.env['PKEXEC_UID']);
  if (process.getuid?.() === 0 && Number.isSafeInteger(caller) && caller > 0) fchownSync(fd, caller, -1);
}
