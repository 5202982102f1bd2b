export const protoVersion = 1;
