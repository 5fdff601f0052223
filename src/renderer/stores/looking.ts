import type { PlainError } from '../../contract/index.ts';
import { toPlainError } from '../bridge.ts';

/** The part of a wizard that looks at what its user points at. */
interface Looking {
  /** What stands in the field. */
  readonly location: string;
  readonly inspecting: boolean;
  readonly setLocation: (location: string) => void;
}

/**
 * Looks at a place and keeps what `look` or `failed` says of it. An answer that comes after something else was typed is
 * thrown away: only what stands in the field counts.
 */
export function lookingAction<State extends Looking>(
  set: (change: Partial<Looking> | Partial<State>) => void,
  get: () => State,
  look: (location: string) => Promise<Partial<State>>,
  failed: (error: PlainError) => Partial<State>,
): (typed: string) => Promise<void> {
  return async (typed) => {
    const location = typed.trim();
    get().setLocation(location);
    if (location === '') return;
    set({ inspecting: true });
    const found = await look(location).catch((thrown: unknown) => failed(toPlainError(thrown)));
    if (get().location !== location) return;
    set(found);
    set({ inspecting: false });
  };
}
