import NextLink from 'next/link';
import type { ComponentProps } from 'react';

/**
 * A link inside the console. Pages are made for each request from the running server, so nothing is fetched before somebody
 * asks: the console must not slow messaging, and a menu would otherwise load every page it names.
 */
export const Link = (props: ComponentProps<typeof NextLink>) => <NextLink prefetch={false} {...props} />;
