import type { ReactNode } from 'react';
import { TooltipProvider } from '@/lib/ui/primitives/tooltip.tsx';

export default function AuthLayout({ children }: { children: ReactNode }) {
  return <TooltipProvider>{children}</TooltipProvider>;
}
