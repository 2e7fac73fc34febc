import { Loading, Skeleton, TableSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function JobLoading() {
  return (
    <Loading label="Loading the job">
      <div className="flex flex-col gap-4">
        <Skeleton className="h-7 w-64" />
        <Skeleton className="h-24" />
        <TableSkeleton columns={3} />
      </div>
    </Loading>
  );
}
