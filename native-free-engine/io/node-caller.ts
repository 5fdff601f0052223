import { chown } from 'node:fs/promises';

/** What is made with administrator rights belongs to the user who asked for them, not to root. */
export async function giveToCaller(path: string): Promise<void> {
  const caller = Number(process.env['PKEXEC_UID']);
  if (process.getuid?.() === 0 && Number.isSafeInteger(caller) && caller > 0) await chown(path, caller, -1);
}
