import { EngineError } from '../../base/errors.ts';
import type { Command } from './commands.ts';
import type { DiskChoice } from './options.ts';

/** diskpart's own numbers of disks end far below this. */
const MAX_DISK = 255;
const EFI_MIB = 300;
const RESERVED_MIB = 16;
const ACTIVE_MIB = 100;
const MAX_RECOVERY_MIB = 100_000;

const LOOK = 'X:\\wb-look.txt';
const LAYOUT = 'X:\\wb-disk.txt';
const GUARD = 'X:\\wb-guard.cmd';

/** The number of the Windows partition that {@link diskCommands} makes, for `ImageInstall/OSImage/InstallTo`. */
export const windowsPartition = ({ table }: DiskChoice): number => (table === 'gpt' ? 3 : 2);
/** The number of the disk, as diskpart and Setup count. */
export const diskNumber = ({ disk }: DiskChoice): number => (disk === 'only' ? 0 : disk);

/**
 * The commands that check the disk and only then divide it. The answer file has no DiskConfiguration of its own: the one place
 * that erases anything is the script that looks first, so that no order of execution can go round the check.
 *
 * The script stops Setup, with the reason on the screen and nothing erased, when the disk cannot be found, is on USB, when the
 * firmware starts in the other mode than the table is for, and, for `only`, when there is not exactly one disk that is no USB
 * stick. It counts in the registry (Services\disk\Enum) and asks diskpart, reading nothing that depends on the language of
 * Windows. What it cannot tell counts as a reason to stop.
 * @throws EngineError `answer-file-disk`
 */
export function diskCommands(choice: DiskChoice): Command[] {
  const number = diskNumber(choice);
  if (!Number.isInteger(number) || number < 0 || number > MAX_DISK) throw new EngineError('answer-file-disk', { disk: number });
  const { recoveryMiB } = choice;
  if (!Number.isInteger(recoveryMiB) || recoveryMiB < 0 || recoveryMiB > MAX_RECOVERY_MIB) throw new EngineError('answer-file-disk', { disk: `${number}: ${recoveryMiB} MiB` });
  return [
    ...writeFile(LOOK, [`select disk ${number}`, 'detail disk'], 'Disk check'),
    ...writeFile(LAYOUT, layout(choice), 'Disk layout'),
    ...writeFile(GUARD, guard(choice), 'Disk check'),
    { command: `cmd.exe /c ${GUARD}`, description: 'Check and divide the disk' },
  ];
}

/** diskpart's commands, as in Microsoft's own CreatePartitions-UEFI and -BIOS scripts. */
function layout(choice: DiskChoice): string[] {
  const gpt = choice.table === 'gpt';
  const recovery = choice.recoveryMiB > 0;
  return [
    `select disk ${diskNumber(choice)}`,
    'clean',
    ...(gpt
      ? ['convert gpt', `create partition efi size=${EFI_MIB}`, 'format quick fs=fat32 label=System', `create partition msr size=${RESERVED_MIB}`]
      : ['convert mbr', `create partition primary size=${ACTIVE_MIB}`, 'format quick fs=ntfs label=System', 'active']),
    'create partition primary',
    ...(recovery ? [`shrink minimum=${choice.recoveryMiB}`] : []),
    'format quick fs=ntfs label=Windows',
    ...(recovery ? ['create partition primary', 'format quick fs=ntfs label=Recovery'] : []),
    ...(recovery ? (gpt ? ['set id=de94bba4-06d1-4d40-a16a-bfd50179d6ac', 'gpt attributes=0x8000000000000001'] : ['set id=27']) : []),
  ];
}

function guard(choice: DiskChoice): string[] {
  const number = diskNumber(choice);
  const wrongFirmware = choice.table === 'gpt' ? '0x1' : '0x2';
  return [
    '@echo off',
    'setlocal EnableDelayedExpansion',
    'set n=0',
    'set usb=0',
    'set fw=',
    'set k=HKLM\\SYSTEM\\CurrentControlSet',
    `set r=disk ${number} was not found / schijf ${number} is niet gevonden`,
    `diskpart /s ${LOOK} >nul`,
    'if not !errorlevel!==0 goto stop',
    // "Type : USB", in whatever language; a model that calls itself USB is one too.
    `for /f "tokens=2-4 delims=: " %%a in ('diskpart /s ${LOOK}') do for %%t in ("%%a" "%%b" "%%c") do if /i %%t=="USB" set usb=1`,
    `set r=disk ${number} is on USB / schijf ${number} zit op USB`,
    'if %usb%==1 goto stop',
    ...(choice.disk === 'only' ? [
      'for /f "tokens=2,3 delims=\\ " %%a in (\'reg query %k%\\Services\\disk\\Enum\') do if "%%a"=="REG_SZ" if not "%%b"=="USBSTOR" set /a n+=1',
      'set r=%n% internal disks, not 1 / %n% interne schijven, niet 1',
      'if not %n%==1 goto stop',
    ] : []),
    'wpeutil UpdateBootInfo >nul 2>&1',
    'for /f "tokens=3" %%f in (\'reg query %k%\\Control /v PEFirmwareType\') do set fw=%%f',
    `set r=${choice.table === 'gpt' ? 'GPT needs UEFI / GPT heeft UEFI nodig' : 'MBR needs BIOS mode / MBR heeft BIOS-modus nodig'}`,
    `if "%fw%"=="${wrongFirmware}" goto stop`,
    `diskpart /s ${LAYOUT}`,
    'if !errorlevel!==0 exit /b 0',
    'echo The disk could not be divided. / De schijf kon niet worden ingedeeld.',
    'goto hold',
    ':stop',
    'echo Werkbank: %r%.',
    'echo Nothing was erased. / Er is niets gewist.',
    ':hold',
    'echo Switch off, or press a key to restart. / Zet uit, of druk een toets voor opnieuw opstarten.',
    'pause >nul',
    'wpeutil reboot',
    'goto hold',
  ];
}

/** The lines of a file, written one by one: a command may have no more than 259 characters and needs no other file this way. */
function writeFile(path: string, lines: readonly string[], description: string): Command[] {
  // The redirection stands in front: a digit before it would be taken for the number of a stream.
  return lines.map((line, index) => ({ command: `cmd.exe /v:off /c ${index === 0 ? '>' : '>>'}${path} echo ${quoteForEcho(line)}`, description }));
}

/** What the command line would take for itself; between quotation marks it takes nothing but percent signs, which an undefined name leaves alone. */
function quoteForEcho(line: string): string {
  let quoted = false;
  let out = '';
  for (const char of line) {
    if (char === '"') quoted = !quoted;
    out += !quoted && /[&|<>^()]/.test(char) ? `^${char}` : char;
  }
  return out;
}
