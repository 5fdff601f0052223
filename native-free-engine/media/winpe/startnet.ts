import { EngineError } from '../../base/errors.ts';
import { commandFile } from '../../deploy/command-file.ts';

/** What WinPE does when it starts. */
export interface StartOptions {
  /** Drivers in the image itself, as paths from its root. */
  readonly driversInImage: readonly string[];
  /** Load whatever drivers lie on the medium. */
  readonly driversOnMedium: boolean;
  /** `LANGID:KLID`, such as `0413:00020409`. */
  readonly keyboard: string | null;
  /** Of dates and numbers, such as `nl-NL`. */
  readonly region: string | null;
  /** Of WinPE's own texts; only what is in the image works. */
  readonly language: string | null;
  /** The user's own commands, last. */
  readonly commands: readonly string[];
}

/** Letters that a medium can have in WinPE; X is WinPE itself. */
const LETTERS = 'C D E F G H I J K L M N O P Q R S T U V W Y Z';

/**
 * `Windows\System32\startnet.cmd`: wpeinit first, which brings up the plug and play and the network, then the drivers, then the
 * network anew for those that were missing, then what the user wants (Wpeinit and Startnet.cmd; Wpeutil Command-Line Options).
 * @throws EngineError `winpe-option-invalid`, `answer-file-text`
 */
export function startnet(options: StartOptions): Uint8Array {
  const { driversInImage, driversOnMedium, keyboard, region, language, commands } = options;
  check('keyboard', keyboard, /^[0-9a-f]{4}:[0-9a-f]{8}$/i);
  check('region', region, /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-[A-Z]{2}$/);
  check('language', language, /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-[A-Z]{2}$/);
  const loads = driversInImage.map((path) => `drvload "X:\\${path.replaceAll('/', '\\').replaceAll('%', '%%')}"`);
  return commandFile([
    'wpeinit',
    ...loads,
    ...(driversOnMedium ? [`for %%d in (${LETTERS}) do if exist "%%d:\\$WinPEDriver$\\" for /f "delims=" %%i in ('dir /a-d /b /s "%%d:\\$WinPEDriver$\\*.inf"') do drvload "%%i"`] : []),
    ...(loads.length > 0 || driversOnMedium ? ['wpeutil InitializeNetwork'] : []),
    ...(language ? [`wpeutil SetMuiLanguage ${language}`] : []),
    ...(region ? [`wpeutil SetUserLocale ${region}`] : []),
    ...(keyboard ? [`wpeutil SetKeyboardLayout ${keyboard}`] : []),
    ...commands,
  ]);
}

function check(option: string, value: string | null, form: RegExp): void {
  if (value !== null && !form.test(value)) throw new EngineError('winpe-option-invalid', { option, value });
}
