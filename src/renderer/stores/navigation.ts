import { create } from 'zustand';

export type Screen =
  | { readonly name: 'home' }
  | { readonly name: 'capture' | 'restore' | 'library' | 'write' | 'windows-stick' | 'winpe' | 'drivers' | 'iso' | 'extract' | 'format' | 'read' | 'history' }
  /** A job of the history. */
  | { readonly name: 'past'; readonly id: string }
  | { readonly name: 'job'; readonly jobId: string };

interface NavigationState {
  readonly screen: Screen;
  readonly go: (screen: Screen) => void;
}

/** Which screen the window shows. */
export const useNavigation = create<NavigationState>((set) => ({
  screen: { name: 'home' },
  go: (screen) => set({ screen }),
}));

export const goHome = () => useNavigation.getState().go({ name: 'home' });
export const goToJob = (jobId: string) => useNavigation.getState().go({ name: 'job', jobId });
