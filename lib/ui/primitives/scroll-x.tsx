'use client';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { cn } from '../cn.ts';

/**
 * A wide table on a narrow screen: it scrolls by itself, and by keyboard once there is something to scroll (WCAG 2.1.1). While all
 * of it fits it is no stop for the Tab key.
 */
export function ScrollX({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setScrolls(element.scrollWidth > element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div
      ref={box}
      {...(scrolls ? { tabIndex: 0, role: 'region', 'aria-label': label } : {})}
      className={cn('relative overflow-x-auto rounded-[2px]', className)}
    >
      {children}
    </div>
  );
}
