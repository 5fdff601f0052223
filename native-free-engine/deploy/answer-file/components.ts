import type { Architecture } from './options.ts';
import { el, type Xml } from './xml-text.ts';

/** Settings by component, in the order they are written; a component with none is left out. */
export type Settings = readonly (readonly [component: string, settings: readonly Xml[]])[];

/** Passes of an installation, in the order Setup runs them. */
export type Pass = 'windowsPE' | 'specialize' | 'oobeSystem';

/** A `settings` element for a pass, each component once an architecture; null when there is nothing to set. */
export function passSettings(pass: Pass, settings: Settings, architectures: readonly Architecture[]): Xml | null {
  const components = settings.filter(([, content]) => content.length > 0).flatMap(([name, content]) => architectures.map((architecture) => el('component', content, {
    name,
    processorArchitecture: architecture,
    publicKeyToken: '31bf3856ad364e35',
    language: 'neutral',
    versionScope: 'nonSxS',
  })));
  return components.length > 0 ? el('settings', components, { pass }) : null;
}
