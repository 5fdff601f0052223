/**
 * WIM files (.wim, .esd, .swm). Open one with {@link openWim} from sources (a file inside an ISO will do) or
 * {@link openWimFile} from a path; `wim.images` lists what it holds. {@link readImage} reads the tree of one image,
 * {@link imageTree} gives it as files to copy. {@link planSplit} and {@link planEdit} say what the parts of a split WIM, or
 * a changed one, will be: sources of exact size, to be written wherever they are wanted; {@link applyEdit} writes changes into the file itself.
 * {@link exportImages} writes chosen images as a new WIM, packed anew where needed (an ESD becomes one that can be split),
 * {@link captureTree} a tree with its links; both want an output such as {@link makeFile} gives. {@link extractImage} writes an image's files into a folder.
 */
export type { WimCompression } from '../../codecs/wim-chunk.ts';
export { captureTree, isCapturable, type WimCaptureOptions } from './capture.ts';
export type { NewContents, WimChange } from './change.ts';
export { planEdit, type PlannedEdit, type WimEdits } from './edit.ts';
export { contentsOf, isFolder, isReparsePoint, walk, type StreamName, type WimEntry } from './entry.ts';
export { exportImages, type ExportOptions as WimExportOptions } from './export.ts';
export type { WimHeader } from './header.ts';
export { findEntry, imageTree, openContents, readImage, type WimImage } from './image.ts';
export { planJoin } from './join.ts';
export { applyEdit } from './node-edit.ts';
export { extractImage } from './node-extract.ts';
export { makeFile, writeWholeFile } from './node-new-file.ts';
export { openWimFile, partName } from './node-open.ts';
export { splitToFiles, type WriteFilesOptions } from './node-split.ts';
export { openWim, type Wim } from './open.ts';
export { orderedTree } from './ordered-tree.ts';
export type { WimOutput } from './output.ts';
export type { WimPacking } from './pack.ts';
export { planSplit, type SplitPart } from './split.ts';
export { verifyWim, type WimVerified, type WimVerifyOptions } from './verify.ts';
export type { WimImageInfo, WimImageVersion } from './xml-data.ts';
