import { open, stat } from 'node:fs/promises';
import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { BOOT_MARKER, HYBRID_ISO_TOOLS, hybridIso } from '../labs/hybrid-iso.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { bootFromStick, QEMU_TOOLS } from '../labs/qemu.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { werkbank } from '../labs/werkbank.ts';

need({ ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, ...HYBRID_ISO_TOOLS, ...QEMU_TOOLS, 'cmp'] })(
  'a hybrid ISO written to a stick boots a PC with a BIOS and one with UEFI',
  async () => {
    const lab = await testLab();
    const iso = await hybridIso();
    const { size } = await stat(iso);
    const stick = await attachLoop(lab, { size: 64 << 20 });
    // A used stick: whatever the image does not cover must not keep it from booting.
    const used = await open(stick.path, 'r+');
    await used.write(Buffer.alloc(64 << 20, 0xe5));
    await used.sync();
    await used.close();

    const end = await werkbank(lab, ['write', iso, '--to', stick.path, '--yes', '--no-eject']);
    expect(end.ended, end.stderr).toMatchObject({ ok: true, exitCode: 0 });
    await tool('blockdev', ['--flushbufs', stick.path]);
    await tool('cmp', ['--bytes', String(size), iso, stick.path]);

    for (const firmware of ['seabios', 'ovmf'] as const) {
      const { transcript } = await bootFromStick(lab, { image: stick.backing, firmware, marker: BOOT_MARKER[firmware] });
      expect(transcript).toContain(BOOT_MARKER[firmware]);
    }
  },
  600_000,
);
