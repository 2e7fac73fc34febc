import type { NodeName } from './ports.ts';

/** Where one node listens for `what`. A host name has dots, which part a subject into tokens, so they are written as `=`: no node name holds one. */
export const nodeSubject = (name: NodeName, what: string): string => `node.${name.replaceAll('.', '=')}.${what}`;
