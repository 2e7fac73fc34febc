import { ChartSkeleton } from '@/lib/ui/patterns/chart-skeleton.tsx';
import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

const four = ['people', 'sessions', 'messages', 'availability'];

export default function OverviewLoading() {
  return (
    <Loading label="Loading the overview">
      <div className="flex flex-col gap-4">
        <Skeleton className="h-7 w-48" />
        <Skeleton className="h-14" />
        <div className="grid grid-cols-1 gap-3 min-[420px]:grid-cols-2 xl:grid-cols-4">
          {four.map((each) => (
            <Skeleton key={each} className="h-24" />
          ))}
        </div>
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
          {four.map((each) => (
            <ChartSkeleton key={each} />
          ))}
        </div>
      </div>
    </Loading>
  );
}
