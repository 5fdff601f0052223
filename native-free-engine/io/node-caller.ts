import { fchownSync } from 'node:fs';

/**
 * What is made with administrator rights belongs to the user who asked for them, not to root. FAT and exFAT keep no owners, and
 * refuse: what is there is then whose the mount says.
 * @param fd of the open file: by its name it could meanwhile be a link to somebody else's
 */
export function giveToCaller(fd: number): void {
  const caller = Number(process.env['PKEXEC_UID']);
  if (process.getuid?.() === 0 && Number.isSafeInteger(caller) && caller > 0) {
    try {
      fchownSync(fd, caller, -1);
    } catch {
      // A whole image of root's is worth more than none.
    }
  }
}
