import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

/** The merger must know which `text-*` are sizes, or `text-meta` and `text-ink` would knock each other out. */
const merge = extendTailwindMerge({
  extend: {
    theme: {
      text: ['meta', 'table', 'body', 'card', 'title', 'stat'],
      radius: ['control', 'panel', 'full'],
      shadow: ['float'],
    },
  },
});

/** Joins class names; later Tailwind classes win over earlier ones of the same kind. */
export const cn = (...classes: ClassValue[]): string => merge(clsx(classes));
