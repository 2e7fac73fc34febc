import { Skeleton } from '../primitives/skeleton.tsx';

/** The room a TimeChart takes, apart from it so that its drawing library can come later. */
export const ChartSkeleton = ({ height = 160 }: { height?: number }) => (
  <div>
    <Skeleton className="mb-2 w-40" />
    <div style={{ height }}>
      <Skeleton className="h-full" />
    </div>
  </div>
);
