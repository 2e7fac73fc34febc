import type { XmppValues } from '../../config/schema/index.ts';

/** What the framer refuses while it reads, before a tree exists (security-and-limits X-2). Counts are per top-level element. */
export interface FrameLimits {
  /** Octets of a whole top-level element, or of the stream header. */
  readonly maxBytes: number;
  /** Nesting; a stanza itself is 1. */
  readonly maxDepth: number;
  readonly maxAttributes: number;
  /** Characters of one attribute value. */
  readonly maxAttributeLength: number;
  /** Elements inside one stanza, at any depth. */
  readonly maxElements: number;
  readonly maxNamespaces: number;
  readonly maxNameLength: number;
}

const fixed = { maxAttributes: 64, maxAttributeLength: 8192, maxElements: 5000, maxNamespaces: 128, maxNameLength: 256 } as const;

type LimitSettings = Pick<XmppValues, 'maxStanzaBytes' | 'maxPreAuthBytes' | 'maxDepth'> &
  Partial<Pick<XmppValues, 'maxAttributes' | 'maxAttributeLength' | 'maxElements' | 'maxNamespaces'>>;

/** Before sign-in: what a negotiation needs and no more. */
export const limitsBeforeSignIn = (settings: LimitSettings): FrameLimits => ({ ...fixed, maxBytes: settings.maxPreAuthBytes, maxDepth: 8 });
export const limitsAfterSignIn = (settings: LimitSettings): FrameLimits => ({
  ...fixed,
  maxAttributes: settings.maxAttributes ?? fixed.maxAttributes,
  maxAttributeLength: settings.maxAttributeLength ?? fixed.maxAttributeLength,
  maxElements: settings.maxElements ?? fixed.maxElements,
  maxNamespaces: settings.maxNamespaces ?? fixed.maxNamespaces,
  maxBytes: settings.maxStanzaBytes,
  maxDepth: settings.maxDepth,
});

/** For programs that an administrator let in. */
export const componentLimits = (maxBytes: number): FrameLimits => ({ ...fixed, maxBytes, maxDepth: 128 });
