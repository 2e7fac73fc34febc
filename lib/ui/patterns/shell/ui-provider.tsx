'use client';
import type { ReactNode } from 'react';
import { KeyboardProvider } from '../../hooks/keyboard.tsx';
import { Toaster } from '../../primitives/toast.tsx';
import { TooltipProvider } from '../../primitives/tooltip.tsx';

/** Everything the kit needs around a page: tooltips, keys, toasts. Once, in the shell. */
export const UiProvider = ({ children }: { children: ReactNode }) => (
  <TooltipProvider>
    <KeyboardProvider>{children}</KeyboardProvider>
    <Toaster />
  </TooltipProvider>
);
