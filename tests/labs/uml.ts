import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Lab } from './lab.ts';
import { endProcess, spawnBound } from './process.ts';

/** What {@link runInUml} needs, for `need()`. */
export const UML_NEEDS = { root: true, linux: true, tools: ['linux.uml', 'modprobe', 'setpriv', 'unshare'] } as const;

export interface UmlRequest {
  /**
   * Shell script, run by root inside. Sees this computer's files, read-only;
   * may write to its own `$SCRATCH` (a memory file system, also $HOME and
   * $TMPDIR) and to the machine's own devices. `node` is the checkout's Node;
   * `scsi-disk PARAMETER=VALUE...` puts another removable disk in place of the last one.
   */
  readonly script: string;
  /** Parameters of the `scsi_debug` module, which makes a removable SCSI disk `/dev/sda`; see `modinfo scsi_debug`. */
  readonly scsiDisk?: Readonly<Record<string, string | number>>;
  /** Further kernel modules, for example `dm-mod`. */
  readonly modules?: readonly string[];
  readonly memoryMb?: number;
  readonly timeoutSeconds?: number;
}

export interface UmlResult {
  /** Exit code of the script. */
  readonly code: number;
  /** What the script printed on either stream. */
  readonly output: string;
}

const MODULES = '/usr/lib/uml/modules';
const NODE_FOLDER = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const BEGIN = 'WERKBANK-UML-BEGIN';
const END = /WERKBANK-UML-END (\d+)/;

/** Boots a User Mode Linux kernel (about two seconds), runs a script in it and returns its output. @throws Error when it does not end in time */
export async function runInUml(lab: Lab, request: UmlRequest): Promise<UmlResult> {
  const folder = join(lab.folder, `uml-${++started}`);
  const scratch = join(folder, 'scratch');
  const modules = join(folder, 'modules');
  await mkdir(scratch, { recursive: true });
  // modprobe looks for <folder>/lib/modules/<release>.
  await mkdir(join(modules, 'lib'), { recursive: true });
  await symlink(MODULES, join(modules, 'lib/modules'));
  await writeFile(join(folder, 'script'), request.script);
  await writeFile(join(folder, 'init'), initScript(folder, request));
  await chmod(join(folder, 'init'), 0o755);

  // The kernel is a process for each address space inside: a name space of their own ends them
  // all with unshare, which hears only SIGKILL.
  const kernel = spawnBound('unshare', [
    '--pid', '--fork', '--kill-child', '--mount-proc', 'linux.uml',
    `mem=${request.memoryMb ?? 1024}M`, `uml_dir=${folder}`, 'root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro',
    `init=${join(folder, 'init')}`, 'con=null', 'con0=null,fd:1', 'quiet',
  ], { stdio: ['ignore', 'pipe', 'ignore'], endWith: 'SIGKILL' });
  const closed = new Promise<void>((resolve) => kernel.once('close', () => resolve()));
  lab.defer(() => endProcess(kernel, 'SIGKILL'));

  let console = '';
  const timeoutSeconds = request.timeoutSeconds ?? 60;
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`User Mode Linux: no end within ${timeoutSeconds} s\n${console.slice(-3000)}`)), timeoutSeconds * 1000);
      kernel.once('error', reject);
      kernel.stdout?.on('data', (data: Buffer) => {
        console += data.toString();
        if (END.test(console)) resolve();
      });
      kernel.once('close', () => {
        clearTimeout(timer);
        reject(new Error(`User Mode Linux stopped before its script\n${console.slice(-3000)}`));
      });
    });
    // It switches itself off; what does not is ended below.
    await Promise.race([closed, sleep(2000)]);
  } finally {
    await endProcess(kernel, 'SIGKILL');
  }
  const output = console.replaceAll('\r', '');
  const code = Number(END.exec(output)?.[1]);
  return { code, output: output.slice(output.indexOf(BEGIN) + BEGIN.length + 1, output.search(END)) };
}

let started = 0;

function initScript(folder: string, request: UmlRequest): string {
  const parameters = Object.entries({ dev_size_mb: 64, ...request.scsiDisk }).map(([key, value]) => `${key}=${value}`);
  return `#!/bin/sh
export PATH=${NODE_FOLDER}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SCRATCH=${folder}/scratch
export HOME=$SCRATCH TMPDIR=$SCRATCH LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs $SCRATCH
for module in sd_mod ${(request.modules ?? []).join(' ')}; do modprobe -d ${folder}/modules $module; done
mkdir $SCRATCH/bin
cat > $SCRATCH/bin/scsi-disk << 'END'
#!/bin/sh
for try in 1 2 3 4 5 6 7 8 9; do modprobe -d ${folder}/modules -q -r scsi_debug && break; sleep 0.2; done
modprobe -d ${folder}/modules scsi_debug removable=1 "$@"
for try in 1 2 3 4 5 6 7 8 9; do [ -b /dev/sda ] || sleep 0.1; done
END
chmod +x $SCRATCH/bin/scsi-disk
export PATH=$SCRATCH/bin:$PATH
${request.scsiDisk ? `scsi-disk ${parameters.join(' ')}` : ''}
stty -F /dev/console -opost 2>/dev/null
cd ${NODE_FOLDER}/../..
echo ${BEGIN}
sh ${folder}/script 2>&1 < /dev/null; code=$?
echo WERKBANK-UML-END $code
echo o > /proc/sysrq-trigger
sleep 5
`;
}
