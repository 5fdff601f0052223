import { regAdd, runSynchronous, type Command } from './commands.ts';
import { diskCommands, diskNumber, windowsPartition } from './disk-script.ts';
import type { Settings } from './components.ts';
import type { AnswerFileOptions } from './options.ts';
import { el, type Xml } from './xml-text.ts';

const LAB_CONFIG = 'HKLM\\SYSTEM\\Setup\\LabConfig';
const BYPASSES = ['BypassTPMCheck', 'BypassSecureBootCheck', 'BypassRAMCheck', 'BypassCPUCheck', 'BypassStorageCheck'];

/** The windowsPE pass: what Setup does before Windows is there. */
export function windowsPeSettings(options: AnswerFileOptions): Settings {
  const { language, region, keyboard } = options;
  const international: Xml[] = [
    ...(language ? [el('SetupUILanguage', [el('UILanguage', language)])] : []),
    ...(keyboard ? [el('InputLocale', keyboard)] : []),
    ...(region ? [el('SystemLocale', region)] : []),
    ...(language ? [el('UILanguage', language)] : []),
    ...(region ? [el('UserLocale', region)] : []),
  ];
  return [
    ['Microsoft-Windows-International-Core-WinPE', international],
    ['Microsoft-Windows-Setup', [...runSynchronous(setupCommands(options)), ...imageInstall(options), ...userData(options)]],
  ];
}

function setupCommands({ bypassHardwareChecks, disk }: AnswerFileOptions): Command[] {
  return [
    ...(bypassHardwareChecks ? BYPASSES.map((name) => regAdd(LAB_CONFIG, name, 'REG_DWORD', 1, 'Hardware check')) : []),
    ...(disk ? diskCommands(disk) : []),
  ];
}

function imageInstall({ edition, disk }: AnswerFileOptions): Xml[] {
  const image: Xml[] = [
    ...(edition ? [el('InstallFrom', [el('MetaData', [
      el('Key', edition.kind === 'index' ? '/IMAGE/INDEX' : '/IMAGE/NAME'),
      el('Value', edition.kind === 'index' ? String(edition.index) : edition.name),
    ], { 'wcm:action': 'add' })])] : []),
    ...(disk ? [el('InstallTo', [el('DiskID', String(diskNumber(disk))), el('PartitionID', String(windowsPartition(disk)))]), el('WillShowUI', 'OnError')] : []),
  ];
  return image.length > 0 ? [el('ImageInstall', [el('OSImage', image)])] : [];
}

function userData({ productKey, skipAccountScreens }: AnswerFileOptions): Xml[] {
  const data: Xml[] = [
    ...(productKey ? [el('ProductKey', [el('Key', productKey.toUpperCase()), el('WillShowUI', 'OnError')])] : []),
    ...(skipAccountScreens || productKey ? [el('AcceptEula', 'true')] : []),
  ];
  return data.length > 0 ? [el('UserData', data)] : [];
}
