// Breaks the layers on purpose: see ../../../README.md.
import { readFileSync } from 'node:fs';
import { io } from '../io/thing.ts';
import { host } from '../../src/host/thing.ts';

export const broken = [readFileSync, io, host];
