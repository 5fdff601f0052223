export const io = 1;
