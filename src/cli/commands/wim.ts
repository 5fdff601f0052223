import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import {
  captureTree, exportImages, extractImage, folderTree, isCapturable, makeFile, openWimFile, planJoin, splitToFiles, verifyWim, writeWholeFile, type Wim, type WimPacking,
} from '../../../native-free-engine/index.ts';
import { describeWim, makingAlone } from '../../jobs/index.ts';
import { editionText } from '../../texts/index.ts';
import { endWell, invalid, type Context } from '../context.ts';
import { parseSize } from '../sizes.ts';
import { withProgress } from '../with-progress.ts';

export interface WimMakeOptions {
  readonly overwrite?: boolean;
  readonly compress?: WimPacking;
  readonly check?: boolean;
}

/** `werkbank wim list FILE`, and `werkbank inspect` of a WIM. */
export async function wimList(context: Context, file: string): Promise<number> {
  await showWim(context, resolve(file));
  return endWell(context);
}

/** The images in a WIM, a line each. */
export async function showWim(context: Context, path: string): Promise<void> {
  const { texts } = context;
  const wim = await describeWim(path);
  context.emit({ event: 'wim', wim });
  const facts = [texts(`cli:wim.compression.${wim.compression}`), ...(wim.parts > 1 ? [texts('cli:wim.parts', { count: wim.parts })] : []), ...(wim.solid ? [texts('cli:wim.solid')] : [])];
  context.say(texts('cli:wim.file', { path: basename(path), size: wim.size, compression: facts.join(', ') }), 'bold');
  for (const image of wim.images) {
    const line = texts('cli:wim.image', { index: image.index, edition: editionText(image, texts), size: image.size });
    context.say(`  ${line}${image.index === wim.bootIndex ? `, ${texts('cli:wim.boots')}` : ''}`);
  }
}

/** `werkbank wim verify FILE` */
export async function wimVerify(context: Context, file: string): Promise<number> {
  const { images, bytes, integrity } = await withWim(file, (wim) => withProgress(context, (signal, onProgress) => verifyWim(wim, { signal, onProgress })));
  context.say(context.texts('cli:wim.sound', { count: images, bytes }), 'green');
  if (integrity) context.say(context.texts('cli:wim.integrity'));
  return endWell(context);
}

/** `werkbank wim extract FILE IMAGE FOLDER [PATH...]` */
export async function wimExtract(context: Context, file: string, image: string, folder: string, paths: readonly string[], { overwrite }: WimMakeOptions): Promise<number> {
  const index = imageNumber(image);
  const { files, folders, bytes, links, leftOut } = await withWim(file, (wim) => withProgress(context, (signal, onProgress) => extractImage(wim, index, folder, { paths, overwrite, signal, onProgress })));
  context.say(context.texts('cli:wim.extracted', { files, folders, bytes, folder }));
  if (links > 0) context.say(context.texts('cli:wim.links', { count: links }));
  if (leftOut.length > 0) context.say(context.texts('cli:wim.leftOut', { paths: leftOut.map(({ path }) => path).join(', ') }), 'yellow');
  return endWell(context);
}

/** `werkbank wim split FILE FIRST` */
export async function wimSplit(context: Context, file: string, first: string, { partSize, overwrite = false }: WimMakeOptions & { readonly partSize: string }): Promise<number> {
  const bytes = parseSize(partSize);
  const parts = await withWim(file, (wim) => withProgress(context, (signal, onProgress) => makingAlone(first, () => splitToFiles(wim, resolve(first), bytes, { overwrite, signal, onProgress }))));
  for (const part of parts) await sayMade(context, part);
  return endWell(context);
}

/** `werkbank wim join PART FILE` */
export async function wimJoin(context: Context, part: string, file: string, { overwrite = false }: WimMakeOptions): Promise<number> {
  await withWim(part, (wim) => withProgress(context, async (signal, onProgress) => {
    const whole = planJoin(wim);
    let done = 0;
    await makingAlone(file, () => writeWholeFile(resolve(file), whole, { overwrite, signal, onBytes: (bytes) => onProgress((done += bytes), whole.size) }));
  }));
  await sayMade(context, resolve(file));
  return endWell(context);
}

/** `werkbank wim export FILE NEW` */
export async function wimExport(context: Context, file: string, into: string, { image, compress, check = false, overwrite = false }: WimMakeOptions & { readonly image?: readonly string[] }): Promise<number> {
  const images = image?.map(imageNumber);
  await withWim(file, (wim) => withProgress(context, (signal, onProgress) => makingAlone(into, () => makeFile(resolve(into), overwrite, (output) => exportImages(wim, output, {
    signal, onProgress, integrity: check, ...(images ? { images } : {}), ...(compress ? { packing: compress } : {}),
  })))));
  await sayMade(context, resolve(into));
  return endWell(context);
}

/** `werkbank wim capture FOLDER NEW` */
export async function wimCapture(context: Context, folder: string, into: string, { name, compress = 'xpress', check = false, boot = false, overwrite = false }: WimMakeOptions & { readonly name?: string; readonly boot?: boolean }): Promise<number> {
  const tree = await folderTree(folder);
  await withProgress(context, (signal, onProgress) => makingAlone(into, () => makeFile(resolve(into), overwrite, (output) => captureTree(tree, output, {
    name: name ?? basename(resolve(folder)), packing: compress, integrity: check, boots: boot, signal, onProgress,
  }))));
  await sayMade(context, resolve(into));
  const leftOut = (tree.leftOut ?? []).filter((entry) => !isCapturable(entry));
  if (leftOut.length > 0) context.say(context.texts('cli:wim.leftOut', { paths: leftOut.map(({ path }) => path).join(', ') }), 'yellow');
  return endWell(context);
}

async function withWim<T>(file: string, use: (wim: Wim) => Promise<T>): Promise<T> {
  const wim = await openWimFile(resolve(file));
  try {
    return await use(wim);
  } finally {
    await wim.close();
  }
}

function imageNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw invalid(`"${text}"`);
  return Number(text);
}

async function sayMade(context: Context, path: string): Promise<void> {
  context.say(context.texts('cli:wim.made', { path, size: (await stat(path)).size }));
}
