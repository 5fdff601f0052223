import { utf16leBytes } from '../../struct/utf16.ts';
import { firstLogon } from './commands.ts';
import type { Settings } from './components.ts';
import type { AnswerFileOptions, LocalAccount } from './options.ts';
import { added, el, type Xml } from './xml-text.ts';

/** The oobeSystem pass: the questions before the first desktop, and what comes after it. */
export function oobeSettings(options: AnswerFileOptions): Settings {
  const { language, region, keyboard, account } = options;
  const international: Xml[] = [
    ...(keyboard ? [el('InputLocale', keyboard)] : []),
    ...(region ? [el('SystemLocale', region)] : []),
    ...(language ? [el('UILanguage', language)] : []),
    ...(region ? [el('UserLocale', region)] : []),
  ];
  const screens: Xml[] = [
    ...(options.skipAccountScreens ? [el('HideEULAPage', 'true'), el('HideOEMRegistrationScreen', 'true'), el('HideOnlineAccountScreens', 'true')] : []),
    ...(options.skipNetworkScreen ? [el('HideWirelessSetupInOOBE', 'true')] : []),
    // 3 turns the express settings off: nothing is sent that need not be.
    ...(options.noDataCollection ? [el('ProtectYourPC', '3')] : []),
  ];
  return [
    ['Microsoft-Windows-International-Core', international],
    ['Microsoft-Windows-Shell-Setup', [
      ...(account && account.autoLogons > 0 ? [autoLogon(account)] : []),
      ...firstLogon(options.firstLogonCommands),
      ...(screens.length > 0 ? [el('OOBE', screens)] : []),
      ...(account ? [el('UserAccounts', [el('LocalAccounts', [localAccount(account)])])] : []),
    ]],
  ];
}

function localAccount(account: LocalAccount): Xml {
  return added('LocalAccount', [
    ...(account.displayName ? [el('DisplayName', account.displayName)] : []),
    el('Group', account.administrator ? 'Administrators' : 'Users'),
    el('Name', account.name),
    password(account.password),
  ]);
}

function autoLogon({ name, password: secret, autoLogons }: LocalAccount): Xml {
  return el('AutoLogon', [el('Enabled', 'true'), el('LogonCount', String(autoLogons)), password(secret), el('Username', name)]);
}

/** As Windows's own tools write it: base64 of UTF-16 with the name of the element behind it. That hides it from a glance and from nobody else. */
function password(secret: string): Xml {
  return el('Password', [el('Value', btoa(String.fromCharCode(...utf16leBytes(`${secret}Password`)))), el('PlainText', 'false')]);
}
