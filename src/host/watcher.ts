export interface WatchSource<D> {
  /** Cheap to ask; changes whenever the list may have. */
  fingerprint(): Promise<string>;
  list(): Promise<readonly D[]>;
}

/** Two looks and one full list fit into the two seconds within which a change must show. */
export const POLL_INTERVAL_MS = 700;

/**
 * Watches for disks that come, go or change by looking often at something cheap
 * and listing in full only when that changed. One look at a time, however slow.
 */
export function createWatch<D>(source: WatchSource<D>): (listener: (disks: readonly D[]) => void) => () => void {
  const listeners = new Set<(disks: readonly D[]) => void>();
  let running = false;
  let wake: () => void = () => undefined;

  const rest = (): Promise<void> => new Promise((resolve) => {
    const timer = setTimeout(resolve, POLL_INTERVAL_MS);
    // Watching alone is no reason for the program to stay alive.
    timer.unref();
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

  const run = async (): Promise<void> => {
    running = true;
    let seen: string | null = null;
    let told = '';
    while (listeners.size > 0) {
      try {
        const now = await source.fingerprint();
        if (now !== seen) {
          const disks = await source.list();
          seen = now;
          const text = JSON.stringify(disks);
          if (text !== told) {
            told = text;
            for (const listener of [...listeners]) listener(disks);
          }
        }
      } catch {
        // The list could not be had this time; the next look tries again.
        seen = null;
      }
      if (listeners.size > 0) await rest();
    }
    running = false;
  };

  return (listener) => {
    let active = true;
    listeners.add(listener);
    if (!running) void run();
    else {
      // Whoever comes later gets the list as it is now, without waiting for a change.
      void source.list().then((disks) => {
        if (active) listener(disks);
      }, () => undefined);
    }
    return () => {
      active = false;
      listeners.delete(listener);
      if (listeners.size === 0) wake();
    };
  };
}
