import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Lab } from './lab.ts';
import { withLock } from './lock.ts';
import { endProcess, spawnBound } from './process.ts';

/** What {@link runInUml} needs, for `need()`. */
export const UML_NEEDS = { root: true, linux: true, tools: ['linux.uml', 'modprobe', 'setpriv', 'unshare'] } as const;

/**
 * Milliseconds for a test that uses {@link runInUml}: it waits until every other test has left the machine, and all of them
 * together take ten minutes on two idle cores.
 */
export const UML_TEST_MS = 3_600_000;

/** Seconds for a script that hangs. One that is only slow, on a busy computer, must not be taken for it; a kernel that panics is noticed at once. */
const HANGS_SECONDS = 1_200;

export interface UmlRequest {
  /**
   * Shell script, run by root inside. Sees this computer's files, read-only;
   * may write to its own `$SCRATCH` (a memory file system, also $HOME and
   * $TMPDIR) and to the machine's own devices. `node` is the checkout's Node;
   * `scsi-disk PARAMETER=VALUE...` puts another removable disk in place of the last one, `pull-disk SECTORS PID` pulls
   * it out when that many more sectors have been written to it, or the process has ended.
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

/**
 * Boots a User Mode Linux kernel (about two seconds), runs a script in it and returns its output. One at a time on this
 * computer: each system call inside is several outside, and what is looked at inside has its time limits.
 * @throws Error when it does not end in time
 */
export async function runInUml(lab: Lab, request: UmlRequest): Promise<UmlResult> {
  return withLock('uml', () => boot(lab, request));
}

async function boot(lab: Lab, request: UmlRequest): Promise<UmlResult> {
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
  const timeoutSeconds = request.timeoutSeconds ?? HANGS_SECONDS;
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
export HOME=$SCRATCH TMPDIR=$SCRATCH LC_ALL=C WERKBANK_PATIENCE=10
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs $SCRATCH
for module in sd_mod ${(request.modules ?? []).join(' ')}; do modprobe -d ${folder}/modules $module; done
mkdir $SCRATCH/bin
cat > $SCRATCH/bin/scsi-disk << 'END'
#!/bin/sh
tries=0; until modprobe -d ${folder}/modules -q -r scsi_debug || [ $((tries += 1)) -gt 50 ]; do sleep 0.2; done
modprobe -d ${folder}/modules scsi_debug removable=1 "$@"
tries=0; until [ -b /dev/sda ] || [ $((tries += 1)) -gt 200 ]; do sleep 0.1; done
END
# The seventh figure is sectors written. Each program started in here costs as much as a hundred outside.
cat > $SCRATCH/bin/pull-disk << 'END'
#!/bin/sh
written() { read -r _ _ _ _ _ _ figure _ < /sys/block/sda/stat; }
written; enough=$((figure + $1))
while [ "$figure" -le $enough ] && kill -0 $2 2>/dev/null; do sleep 0.1; written; done
echo 1 > /sys/block/sda/device/delete
END
chmod +x $SCRATCH/bin/scsi-disk $SCRATCH/bin/pull-disk
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
