import { updatePolicyValues } from '../update-policy/update-policy.ts';
import { regAdd, runSynchronous, type Command } from './commands.ts';
import type { Settings } from './components.ts';
import { computerName, type ComputerName } from './computer-name.ts';
import type { AnswerFileOptions, Join } from './options.ts';
import { el, type Xml } from './xml-text.ts';

/** The specialize pass: Windows is on the disk and becomes this machine's own. */
export function specializeSettings(options: AnswerFileOptions): Settings {
  const name = options.computerName ? computerName(options.computerName) : null;
  const shell: Xml[] = [
    ...(name?.kind === 'fixed' ? [el('ComputerName', name.name)] : []),
    ...(options.timeZone ? [el('TimeZone', options.timeZone)] : []),
  ];
  return [
    ['Microsoft-Windows-Shell-Setup', shell],
    ['Microsoft-Windows-UnattendedJoin', options.join ? [el('Identification', identification(options.join))] : []],
    ['Microsoft-Windows-Deployment', runSynchronous(deploymentCommands(options, name))],
  ];
}

function identification(join: Join): Xml[] {
  if (join.kind === 'workgroup') return [el('JoinWorkgroup', join.name)];
  const { domain, user, password, organizationalUnit } = join;
  return [
    el('Credentials', [el('Domain', domain), el('Password', password), el('Username', user)]),
    el('JoinDomain', domain),
    ...(organizationalUnit ? [el('MachineObjectOU', organizationalUnit)] : []),
  ];
}

const SOFTWARE = 'HKLM\\SOFTWARE';

function deploymentCommands(options: AnswerFileOptions, name: ComputerName | null): Command[] {
  const commands: Command[] = [];
  if (options.skipNetworkScreen) commands.push(regAdd(`${SOFTWARE}\\Microsoft\\Windows\\CurrentVersion\\OOBE`, 'BypassNRO', 'REG_DWORD', 1, 'No network needed'));
  if (options.noDataCollection) {
    commands.push(
      regAdd(`${SOFTWARE}\\Policies\\Microsoft\\Windows\\DataCollection`, 'AllowTelemetry', 'REG_DWORD', 0, 'No data collection'),
      regAdd(`${SOFTWARE}\\Policies\\Microsoft\\Windows\\OOBE`, 'DisablePrivacyExperience', 'REG_DWORD', 1, 'No privacy screens'),
      regAdd(`${SOFTWARE}\\Policies\\Microsoft\\Windows\\CloudContent`, 'DisableWindowsConsumerFeatures', 'REG_DWORD', 1, 'No suggested apps'),
    );
  }
  if (options.preventDeviceEncryption) {
    commands.push(regAdd('HKLM\\SYSTEM\\CurrentControlSet\\Control\\BitLocker', 'PreventDeviceEncryption', 'REG_DWORD', 1, 'No device encryption'));
  }
  for (const { key, name: value, type, data } of options.updatePolicy ? updatePolicyValues(options.updatePolicy) : []) commands.push(regAdd(key, value, type, data, 'Update policy'));
  // Last: Windows starts anew after it.
  if (name?.kind === 'command') commands.push(name.command);
  return commands;
}
