import type { CommandRunner } from './command.ts';

/** How often mains power is looked at: soon enough to plug it in again before a battery is empty. */
const MAINS_POLL_MS = 3000;

/**
 * Looks at mains power again and again and tells of changes.
 * @param read null while it cannot be told, or where there is no battery
 */
export function pollMains(read: () => Promise<boolean | null>, everyMs = MAINS_POLL_MS): (listener: (onMains: boolean) => void) => () => void {
  return (listener) => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = onlyChanges(listener);
    const look = async (): Promise<void> => {
      const now = await read().catch(() => null);
      if (stopped) return;
      if (now !== null) tell(now);
      timer = setTimeout(() => void look(), everyMs);
      // Watching alone is no reason for the program to stay alive.
      timer.unref();
    };
    void look();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  };
}

/** Passes on the first value and every other one than the last. */
export function onlyChanges(listener: (onMains: boolean) => void): (onMains: boolean) => void {
  let last: boolean | null = null;
  return (now) => {
    if (now === last) return;
    last = now;
    listener(now);
  };
}

/**
 * A program that does something for as long as its standard input is open: when this process ends, however it ends, so does that.
 * @param onOutput told of what it says
 */
export function heldProgram(run: CommandRunner, program: string, args: readonly string[], onOutput?: (text: string) => void): () => void {
  const controller = new AbortController();
  // Without the program the computer may fall asleep, which is no reason to stop a job.
  void run(program, args, { longLived: true, holdInput: true, signal: controller.signal, ...(onOutput ? { onOutput } : {}) }).catch(() => undefined);
  return () => controller.abort();
}
