import { checkOptions } from './check-options.ts';
import { passSettings } from './components.ts';
import { oobeSettings } from './oobe.ts';
import type { AnswerFileOptions } from './options.ts';
import { specializeSettings } from './specialize.ts';
import { windowsPeSettings } from './windows-pe.ts';
import { el, xmlDocument } from './xml-text.ts';

/**
 * The answer file for these options (Unattended Windows Setup Reference). What was not asked for is not in it.
 * @throws EngineError `answer-file-...` naming what Setup would not take
 */
export function buildAnswerFile(options: AnswerFileOptions): string {
  checkOptions(options);
  const { architectures } = options;
  const passes = [
    passSettings('windowsPE', windowsPeSettings(options), architectures),
    passSettings('specialize', specializeSettings(options), architectures),
    passSettings('oobeSystem', oobeSettings(options), architectures),
  ];
  return xmlDocument(el('unattend', passes.filter((pass) => pass !== null), {
    xmlns: 'urn:schemas-microsoft-com:unattend',
    'xmlns:wcm': 'http://schemas.microsoft.com/WMIConfig/2002/State',
  }));
}
