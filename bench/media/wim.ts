// One WIM job of ours as a program of its own: verify WIM | apply WIM FOLDER | capture FOLDER WIM xpress|lzx | split WIM FIRST BYTES
import { captureTree, extractImage, folderTree, makeFile, openWimFile, splitToFiles, verifyWim } from '../../native-free-engine/index.ts';

const [job, from = '', to = '', packing] = process.argv.slice(2);
if (job === 'capture') {
  await makeFile(to, true, async (output) => captureTree(await folderTree(from), output, { name: 'bench', packing: packing === 'lzx' ? 'lzx' : 'xpress' }));
} else {
  const wim = await openWimFile(from);
  if (job === 'apply') await extractImage(wim, 1, to);
  else if (job === 'split') await splitToFiles(wim, to, Number(packing), { overwrite: true });
  else await verifyWim(wim);
  await wim.close();
}
